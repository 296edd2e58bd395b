<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Contract;

/**
 * All uses of Oro in php/src, against one version's declarations.
 */
final class UsageFinder
{
    private readonly ClassReader $reader;

    public function __construct(private readonly string $directory)
    {
        $this->reader = new ClassReader();
    }

    /**
     * @param \Closure(string, string): ?string $findTarget the target class of an entity's association
     *
     * @return list<Usage>
     */
    public function find(ClassSource $oro, \Closure $findTarget): array
    {
        $own = new OwnSources($this->directory, $this->reader);
        $mapping = $this->readOwnMapping($own);
        $target = static fn (string $class, string $field): ?string => str_starts_with($class, 'Oro\\')
            ? $findTarget($class, $field)
            : $mapping['targets'][$class][$field] ?? self::inherited($own, $findTarget, $class, $field);

        $php = new PhpUsageCollector(new Declarations($oro, $own), $this->reader);
        $queries = new QueryUsageCollector($this->reader, $target, $mapping['repositories']);
        $resources = new ResourceUsageCollector();

        $usages = [];
        foreach ($own->getFiles('~/Bundle/.*\.(php|yml|twig|js|xml)$~') as $path => $source) {
            $found = str_ends_with($path, '.php')
                ? [...$php->collect($path, $source), ...$queries->collect($path, $source)]
                : $resources->collect($path, $source);
            $usages = [...$usages, ...$found];
        }

        return self::onOro($usages, $own, $mapping['targets']);
    }

    /**
     * @return array{targets: array<string, array<string, string|null>>, repositories: array<string, string>}
     */
    private function readOwnMapping(OwnSources $own): array
    {
        $targets = [];
        $repositories = [];
        foreach ($own->getFiles('~\.orm\.xml$~') as $source) {
            $entity = (new \SimpleXMLElement($source))->entity;
            $class = (string)$entity['name'];
            $repositories[(string)$entity['repository-class']] = $class;
            foreach ([...$entity->xpath('*[local-name()="many-to-one" or local-name()="one-to-one"]')] as $relation) {
                $targets[$class][(string)$relation['field']] = (string)$relation['target-entity'];
            }
            foreach ([...$entity->xpath('*[local-name()="field" or local-name()="id"]')] as $field) {
                $targets[$class][(string)$field['name']] = null;
            }
        }

        return ['targets' => $targets, 'repositories' => $repositories];
    }

    private static function inherited(OwnSources $own, \Closure $findTarget, string $class, string $field): ?string
    {
        foreach ($own->getClass($class)['parents'] ?? [] as $parent) {
            if (str_starts_with($parent, 'Oro\\')) {
                return $findTarget($parent, $field);
            }
        }

        return null;
    }

    /**
     * Fields of our entities that Oro's parent maps are uses of the parent; our own fields are none.
     *
     * @param list<Usage> $usages
     *
     * @return list<Usage>
     */
    private static function onOro(array $usages, OwnSources $own, array $targets): array
    {
        $result = [];
        foreach ($usages as $usage) {
            if ('field' === $usage->kind && !str_starts_with($usage->name, 'Oro\\')) {
                $parent = $own->getClass($usage->getClass())['parents'][0] ?? '';
                if (
                    \array_key_exists($usage->getMember(), $targets[$usage->getClass()] ?? [])
                    || !str_starts_with($parent, 'Oro\\')
                ) {
                    continue;
                }
                $usage = new Usage('field', $parent . '::' . $usage->getMember(), $usage->where);
            }
            $result[] = $usage;
        }

        return $result;
    }
}
