<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Contract;

use Symfony\Component\Yaml\Tag\TaggedValue;
use Symfony\Component\Yaml\Yaml;

/**
 * Finds what configuration, templates and scripts of ours use of Oro.
 */
final class ResourceUsageCollector
{
    /**
     * @return list<Usage>
     */
    public function collect(string $path, string $source): array
    {
        return match (pathinfo($path, \PATHINFO_EXTENSION)) {
            'yml' => $this->collectYaml($path, $source),
            'twig' => $this->collectTwig($path, $source),
            'js' => $this->collectScript($path, $source),
            'xml' => $this->collectMapping($path, $source),
            default => [],
        };
    }

    /**
     * @return list<Usage>
     */
    private function collectYaml(string $path, string $source): array
    {
        if (str_contains($path, '/translations/')) {
            return [];
        }

        $usages = [];
        $config = Yaml::parse($source, Yaml::PARSE_CUSTOM_TAGS | Yaml::PARSE_CONSTANT) ?? [];
        foreach (self::scalars($config) as [$keys, $value]) {
            $isTagName = \in_array('tags', $keys, true) && 'name' === end($keys);
            if (preg_match_all('~\bOro\\\\[\w\\\\]+~', $value, $classes)) {
                foreach ($classes[0] as $class) {
                    $usages[] = new Usage('class', $class, $path);
                }
            }
            if ($isTagName && str_starts_with($value, 'oro_')) {
                $usages[] = new Usage('tag', $value, $path);
            } elseif (1 === preg_match('~^@(\??)(oro_[\w.]+)(?:::(\w+))?$~', $value, $match)) {
                $usages[] = new Usage('service', $match[2], $path, ['optional' => '?' === $match[1]]);
            } elseif (\in_array(end($keys), ['parent', 'decorates'], true) && str_starts_with($value, 'oro_')) {
                $usages[] = new Usage('service', $value, $path);
            } elseif (1 === preg_match('~^%(oro_[\w.]+)%$~', $value, $match)) {
                $usages[] = new Usage('parameter', $match[1], $path);
            } elseif (1 === preg_match('~^@Oro\w+/.+\.twig$~', $value)) {
                $usages[] = new Usage('template', $value, $path);
            } elseif (1 === preg_match('~^oro_[a-z0-9_.]+$~', $value)) {
                $usages[] = new Usage('name', $value, $path);
            }
        }
        // Keys of Oro's own trees below which the bundle hangs its own nodes.
        foreach (['platform', 'integrations', 'system_tab', 'emails', 'email'] as $node) {
            if (preg_match('~^\s+' . $node . ':\s*$~m', $source)) {
                $usages[] = new Usage('node', basename($path) . ' ' . $node, $path);
            }
        }
        foreach (preg_match_all('~^ {4}(oro_\w+):~m', $source, $keys) ? $keys[1] : [] as $key) {
            $usages[] = new Usage('name', $key, $path);
        }

        return $usages;
    }

    /**
     * @return list<Usage>
     */
    private function collectTwig(string $path, string $source): array
    {
        $usages = [];
        preg_match_all('~@Oro\w+/[\w/.-]+\.twig~', $source, $templates);
        foreach ($templates[0] as $template) {
            $usages[] = new Usage('template', $template, $path);
            preg_match_all('~\{%\s*block (\w+)~', $source, $blocks);
            foreach (preg_match('~\{%\s*extends~', $source) ? $blocks[1] : [] as $block) {
                $usages[] = new Usage('block', $template . ' ' . $block, $path);
            }
        }
        preg_match_all('~[|\s({](oro_\w+)~', $source, $functions);
        foreach ($functions[1] as $function) {
            $usages[] = new Usage('twig', $function, $path);
        }

        return $usages;
    }

    /**
     * @return list<Usage>
     */
    private function collectScript(string $path, string $source): array
    {
        preg_match_all('~[\'"](oro[a-z]+/js/[\w/.-]+)[\'"]~', $source, $modules);

        return array_map(static fn (string $module): Usage => new Usage('module', $module, $path), $modules[1]);
    }

    /**
     * @return list<Usage>
     */
    private function collectMapping(string $path, string $source): array
    {
        preg_match_all('~target-entity="(Oro\\\\[\w\\\\]+)"~', $source, $targets);

        return array_map(static fn (string $class): Usage => new Usage('class', $class, $path), $targets[1]);
    }

    /**
     * @return iterable<array{0: list<int|string>, 1: string}> keys and value
     */
    private static function scalars(mixed $node, array $keys = []): iterable
    {
        if ($node instanceof TaggedValue) {
            $node = $node->getValue();
        }
        if (\is_array($node)) {
            foreach ($node as $key => $value) {
                yield from self::scalars($value, [...$keys, $key]);
            }
        } elseif (\is_string($node)) {
            yield [$keys, $node];
        }
    }
}
