<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Extension;

use PHPUnit\Framework\TestCase;
use ReflectionClass;
use ReflectionExtension;
use ReflectionNamedType;
use ReflectionParameter;

final class StubsTest extends TestCase
{
    private const STUBS = __DIR__ . '/../../php/stubs';

    public function testTheStubsAreThoseOfTheBuiltExtension(): void
    {
        $command = [PHP_BINARY, '-d', 'ffi.enable=1', self::STUBS . '/generate.php', Program::library()];
        exec(implode(' ', array_map('escapeshellarg', $command)), $lines, $status);
        self::assertSame(0, $status, implode("\n", $lines));
        $written = (string) file_get_contents(self::STUBS . '/exchange_sync.php');
        self::assertSame($written, implode("\n", $lines) . "\n", 'Run `make stubs`.');
    }

    public function testTheStubsSayWhatPhpSaysOfTheExtension(): void
    {
        $stubs = (string) file_get_contents(self::STUBS . '/exchange_sync.php');
        $classes = (new ReflectionExtension('exchange_sync'))->getClasses();
        self::assertCount(22, $classes);
        foreach ($classes as $class) {
            $stub = $this->bodyOf($class, $stubs);
            foreach ($class->getProperties() as $property) {
                if ($property->class === $class->name) {
                    $readonly = $property->isReadOnly() ? 'readonly ' : '';
                    $type = $this->type($property->getType(), $class);
                    self::assertStringContainsString("public $readonly$type \${$property->name}", $stub, $class->name);
                }
            }
            foreach ($class->getMethods() as $method) {
                if ($method->class === $class->name) {
                    $parameters = array_map(fn($parameter) => $this->parameter($parameter, $class), $method->getParameters());
                    $declared = sprintf('function %s(%s)', $method->name, implode(', ', $parameters));
                    $return = $method->getReturnType() ?? $method->getTentativeReturnType();
                    $returns = null === $return ? "\n" : ': ' . $this->type($return, $class) . "\n";
                    self::assertStringContainsString($declared . $returns, $stub, $class->name);
                }
            }
        }
    }

    public function testValueObjectsAreFinalAndCannotBeMadeOrChanged(): void
    {
        foreach ((new ReflectionExtension('exchange_sync'))->getClasses() as $class) {
            if ($class->isSubclassOf(\Throwable::class)) {
                continue;
            }
            self::assertTrue($class->isFinal(), $class->name);
            foreach ($class->getProperties() as $property) {
                self::assertTrue($property->isReadOnly(), "$class->name::$property->name");
            }
            $public = ['ExchangeSync', 'ExchangeSync\\AddressBook', 'ExchangeSync\\Mailbox'];
            self::assertSame(in_array($class->name, $public, true), $class->getConstructor()->isPublic(), $class->name);
        }
    }

    private function bodyOf(ReflectionClass $class, string $stubs): string
    {
        $found = preg_match("/^    (?:final )?class {$class->getShortName()}\\b.*?^    \\}/ms", $stubs, $match);
        self::assertSame(1, $found, $class->name);
        $parent = $class->getParentClass();
        if ($parent) {
            $name = $class->getShortName() === 'Exception' ? '\\RuntimeException' : 'Exception';
            self::assertStringContainsString("extends $name", $match[0]);
        } else {
            self::assertStringContainsString('final class', $match[0]);
        }

        return $match[0];
    }

    private function parameter(ReflectionParameter $parameter, ReflectionClass $class): string
    {
        $secret = [] === $parameter->getAttributes(\SensitiveParameter::class) ? '' : '#[\\SensitiveParameter] ';
        $default = '';
        if ($parameter->isDefaultValueAvailable()) {
            $value = $parameter->getDefaultValue();
            $default = ' = ' . ([] === $value ? '[]' : strtolower(var_export($value, true)));
        }

        return $secret . $this->type($parameter->getType(), $class) . " \${$parameter->name}$default";
    }

    private function type(ReflectionNamedType|\ReflectionUnionType $type, ReflectionClass $class): string
    {
        $text = (string) $type;
        if ('Traversable|array' === $text) {
            return 'iterable';
        }
        $nullable = str_starts_with($text, '?') ? '?' : '';
        $name = ltrim($text, '?');
        if ($type instanceof ReflectionNamedType && $type->isBuiltin()) {
            return $text;
        }
        $own = preg_replace('/^ExchangeSync\\\\/', '', $name);

        return $nullable . ($own !== $name && $class->inNamespace() ? $own : "\\$name");
    }
}
