<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Unit;

use ExchangeMail\Tests\Contract\Declarations;
use ExchangeMail\Tests\Contract\Facts;

/**
 * Makes classes that look like Oro's from the facts of the contract test, for a machine without Oro: names, parents and signatures
 * are Oro's, bodies are not. A getter gives what its setter took; everything else gives null.
 */
final class StandIns
{
    public function __construct(private readonly Facts $facts)
    {
    }

    public function register(): void
    {
        spl_autoload_register(function (string $class): void {
            $facts = str_starts_with($class, 'Oro\\') ? $this->facts->getClass($class) : null;
            if (null !== $facts) {
                eval($this->write($class, $facts));
            }
        });
    }

    /**
     * @param array<string, mixed> $facts
     */
    private function write(string $class, array $facts): string
    {
        $split = (int)strrpos($class, '\\');
        $isInterface = 'interface' === $facts['kind'];
        $body = '';
        foreach (array_filter($facts['traits'], trait_exists(...)) as $name) {
            $body .= \sprintf("use \\%s;\n", $name);
        }
        foreach ($facts['constants'] as $name => $value) {
            $body .= \sprintf("public const %s = %s;\n", $name, $value);
        }
        foreach (array_keys($isInterface ? [] : $facts['properties']) as $name) {
            $body .= \sprintf("protected \$%s;\n", $name);
        }
        foreach ($facts['methods'] + ($isInterface ? [] : $this->findUnimplemented($class)) as $name => $method) {
            $body .= $this->writeMethod($name, $method, $isInterface, $facts['properties']);
        }

        return \sprintf(
            "namespace %s;\n%s %s%s {\n%s}\n",
            substr($class, 0, $split),
            match ($facts['kind']) {
                'interface' => 'interface',
                'trait' => 'trait',
                default => $facts['abstract'] ? 'abstract class' : 'class',
            },
            substr($class, $split + 1),
            $this->writeParents($facts['parents'], $isInterface),
            $body
        );
    }

    /**
     * What an interface asks for and the facts tell of no class: Oro implements it, php/ does not use it there.
     *
     * @return array<string, array<string, mixed>>
     */
    private function findUnimplemented(string $class): array
    {
        $asked = [];
        $implemented = [];
        foreach ((new Declarations($this->facts, $this->facts))->getLineage($class) as $name) {
            $facts = $this->facts->getClass($name);
            if ('interface' === $facts['kind']) {
                $asked += $facts['methods'];
            } else {
                $implemented += $facts['methods'];
            }
        }

        return array_map(static fn (array $method): array => ['abstract' => false] + $method, array_diff_key($asked, $implemented));
    }

    /**
     * @param list<string> $parents
     */
    private function writeParents(array $parents, bool $isInterface): string
    {
        $classes = array_filter($parents, class_exists(...));
        // Interfaces of packages that are not installed here, or that a stand-in can't fulfil, are left out.
        $interfaces = array_filter($parents, static fn (string $name): bool => str_starts_with($name, 'Oro\\') && interface_exists($name));
        $format = static fn (array $names): string => implode(', ', array_map(static fn (string $name): string => '\\' . $name, $names));

        return ([] === $classes ? '' : ' extends ' . $format([reset($classes)]))
            . ([] === $interfaces ? '' : ($isInterface ? ' extends ' : ' implements ') . $format($interfaces));
    }

    /**
     * @param array<string, mixed> $method
     * @param array<string, mixed> $properties
     */
    private function writeMethod(string $name, array $method, bool $isInterface, array $properties): string
    {
        $params = array_map(self::writeParam(...), $method['params']);
        $isAbstract = $isInterface || $method['abstract'];

        return \sprintf(
            "%s%s %sfunction %s(%s)%s%s\n",
            $isAbstract && !$isInterface ? 'abstract ' : '',
            $method['visibility'],
            $method['static'] ? 'static ' : '',
            $name,
            implode(', ', $params),
            null === $method['returns'] ? '' : ': ' . self::writeType($method['returns']),
            $isAbstract ? ';' : ' {' . self::writeBody($name, $method, $properties) . '}'
        );
    }

    /**
     * @param array<string, mixed> $method
     * @param array<string, mixed> $properties
     */
    private static function writeBody(string $name, array $method, array $properties): string
    {
        $property = lcfirst((string)preg_replace('~^(get|set|is)(?=[A-Z])~', '', $name));
        $property = \array_key_exists($property, $properties) ? $property : lcfirst($name);
        $gives = ltrim((string)$method['returns'], '?');

        return match (true) {
            '__construct' === $name, 'void' === $gives => str_starts_with($name, 'set') && \array_key_exists($property, $properties)
                ? \sprintf('$this->%s = $%s;', $property, $method['params'][0]['name'])
                : '',
            $method['static'] => ' return new static();',
            str_starts_with($name, 'set') && [] !== $method['params'] => \sprintf(
                ' $this->%s = $%s; return $this;',
                $property,
                $method['params'][0]['name']
            ),
            \array_key_exists($property, $properties) => \sprintf(' return $this->%s;', $property),
            'string' === $gives => " return '';",
            'int' === $gives => ' return 0;',
            'bool' === $gives => ' return false;',
            \in_array($gives, ['array', 'iterable'], true) => ' return [];',
            default => ' return null;',
        };
    }

    /**
     * @param array<string, mixed> $param
     */
    private static function writeParam(array $param): string
    {
        $type = (string)$param['type'];
        $needsNull = $param['optional'] && !$param['variadic'];
        if ($needsNull && '' !== $type && '?' !== $type[0] && !preg_match('~^mixed$|\bnull\b~', $type)) {
            $type = str_contains($type, '|') ? $type . '|null' : '?' . $type;
        }

        return trim(\sprintf(
            '%s %s$%s%s',
            self::writeType($type),
            $param['variadic'] ? '...' : '',
            $param['name'],
            $needsNull ? ' = null' : ''
        ));
    }

    private static function writeType(string $type): string
    {
        return (string)preg_replace('~(?<![\w\\\\])([A-Z][\w]*\\\\[\w\\\\]+|[A-Z]\w+)~', '\\\\$1', $type);
    }
}
