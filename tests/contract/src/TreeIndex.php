<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Contract;

use Symfony\Component\Yaml\Exception\ParseException;
use Symfony\Component\Yaml\Tag\TaggedValue;
use Symfony\Component\Yaml\Yaml;

/**
 * What a tree of Oro names: services, tags, settings, ACL resources, routes, tables, Twig functions.
 */
final class TreeIndex
{
    /** @var array<string, array{class: string|null, public: bool}> */
    public array $services = [];
    /** @var array<string, string> kind by name */
    public array $names = [];
    /** @var array<string, true> quoted strings of dependency injection code, where tags are told */
    private array $quoted = [];
    /** @var array<string, array<string, true>> columns by table */
    public array $tables = [];
    /** @var array<string, true> */
    public array $twig = [];
    /** @var array<string, true> "file node" of Oro's trees */
    public array $nodes = [];

    public function __construct(OroTree $tree)
    {
        foreach ($tree->getFiles('~/Resources/config/.*\.yml$~') as $path => $source) {
            $this->readYaml($path, $source);
        }
        foreach ($tree->getFiles('~\.php$~') as $path => $source) {
            $this->readPhp($path, $source);
        }
    }

    public function hasTag(string $tag): bool
    {
        return isset($this->quoted[$tag]);
    }

    private function readYaml(string $path, string $source): void
    {
        try {
            $config = Yaml::parse($source, Yaml::PARSE_CUSTOM_TAGS);
        } catch (ParseException) {
            return;
        }
        foreach ((array)($config['services'] ?? []) as $id => $definition) {
            $definition = $definition instanceof TaggedValue ? $definition->getValue() : $definition;
            if (\is_string($definition)) {
                $definition = ['alias' => ltrim($definition, '@')];
            }
            $this->services[$id] = [
                'class' => $definition['class'] ?? $definition['alias'] ?? null,
                'public' => (bool)($definition['public'] ?? $config['services']['_defaults']['public'] ?? false),
            ];
            $this->names[$id] ??= 'service';
            $this->readTags($definition);
        }
        foreach ((array)($config['parameters'] ?? []) as $name => $ignored) {
            $this->names[$name] ??= 'parameter';
        }
        foreach ((array)($config['system_configuration']['fields'] ?? []) as $name => $ignored) {
            $this->names[$name] = 'setting';
        }
        foreach ((array)($config['acls'] ?? []) as $name => $ignored) {
            $this->names[$name] = 'ACL resource';
        }
        if (str_ends_with($path, '/routing.yml')) {
            foreach ((array)$config as $name => $ignored) {
                $this->names[$name] ??= 'route';
            }
        }
        $file = basename($path);
        if (\in_array($file, ['system_configuration.yml', 'navigation.yml', 'features.yml'], true)) {
            preg_match_all('~^\s+(\w+):~m', $source, $keys);
            foreach ($keys[1] as $key) {
                $this->nodes[$file . ' ' . $key] = true;
            }
        }
    }

    /**
     * Tags that a service of Oro has, and those that it collects.
     */
    private function readTags(mixed $definition): void
    {
        $definition = (array)$definition;
        array_walk_recursive($definition, function (mixed $value): void {
            if ($value instanceof TaggedValue && str_starts_with($value->getTag(), 'tagged')) {
                $tag = \is_array($value->getValue()) ? $value->getValue()['tag'] ?? '' : $value->getValue();
                $this->quoted[(string)$tag] = true;
            }
        });
        foreach ((array)($definition['tags'] ?? []) as $tag) {
            $this->quoted[(string)(\is_array($tag) ? $tag['name'] ?? '' : $tag)] = true;
            // Oro makes one ConfigManager a scope when it builds the container.
            if ('oro_config.scope' === ($tag['name'] ?? null)) {
                $this->services['oro_config.' . $tag['scope']] = [
                    'class' => 'Oro\Bundle\ConfigBundle\Config\ConfigManager',
                    'public' => true,
                ];
            }
        }
    }

    private function readPhp(string $path, string $source): void
    {
        preg_match_all('~[\'"](oro[_:][a-z0-9_.:-]+)[\'"]~', $source, $strings);
        foreach ($strings[1] as $string) {
            if (str_contains($path, 'DependencyInjection') || preg_match('~/\w+Bundle\.php$~', $path)) {
                $this->quoted[$string] = true;
            }
            if (str_contains($source, "NAME") || str_contains($source, 'Controller')) {
                $this->names[$string] ??= str_starts_with($string, 'oro:') ? 'command' : 'id in ' . basename($path);
            }
        }
        if (str_contains($path, '/Twig/')) {
            preg_match_all('~Twig(?:Function|Filter)\(\s*[\'"](\w+)[\'"]~', $source, $functions);
            $this->twig += array_fill_keys($functions[1], true);
        }
        if (str_contains($path, '/Migration')) {
            $this->readSchema($source);
        }
    }

    private function readSchema(string $source): void
    {
        $constants = preg_match_all('~const\s+(?:string\s+)?(\w+)\s*=\s*[\'"](\w+)[\'"]~', $source, $match)
            ? array_combine($match[1], $match[2])
            : [];
        $table = null;
        foreach (preg_split('~\R~', $source) ?: [] as $line) {
            if (1 === preg_match('~(?:createTable|getTable)\(\s*(?:[\'"](\w+)[\'"]|\w+::(\w+))~', $line, $match)) {
                $table = '' !== $match[1] ? $match[1] : $constants[$match[2]] ?? null;
                if (null !== $table) {
                    $this->tables[$table] ??= [];
                    $this->names[$table] ??= 'table';
                }
            }
            if (null !== $table && 1 === preg_match('~addColumn\(\s*[\'"](\w+)[\'"]~', $line, $match)) {
                $this->tables[$table][strtolower($match[1])] = true;
            }
        }
    }
}
