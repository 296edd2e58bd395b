<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Contract;

/**
 * Looks members up along parents, interfaces and traits; our own classes and Oro's alike.
 */
final class Declarations
{
    public function __construct(private readonly ClassSource $oro, private readonly ClassSource $own)
    {
    }

    public function getClass(string $class): ?array
    {
        return str_starts_with($class, 'Oro\\') ? $this->oro->getClass($class) : $this->own->getClass($class);
    }

    /**
     * @return array{0: string, 1: array<string, mixed>}|null the declaring class and the declaration
     */
    public function findMethod(string $class, string $method): ?array
    {
        foreach ($this->getLineage($class) as $name) {
            foreach ($this->getClass($name)['methods'] ?? [] as $declared => $facts) {
                if (0 === strcasecmp($declared, $method)) {
                    return [$name, $facts];
                }
            }
        }

        return null;
    }

    /**
     * Whether the method comes from a class of PHP's own, such as \Exception.
     */
    public function isInternalMethod(string $class, string $method): bool
    {
        foreach ($this->getLineage($class) as $name) {
            foreach ($this->getClass($name)['parents'] ?? [] as $parent) {
                if (class_exists($parent, false) && method_exists($parent, $method)) {
                    return (new \ReflectionClass($parent))->isInternal();
                }
            }
        }

        return false;
    }

    public function findConstant(string $class, string $constant): ?string
    {
        foreach ($this->getLineage($class) as $name) {
            if (isset($this->getClass($name)['constants'][$constant])) {
                return $name;
            }
        }

        return null;
    }

    public function findProperty(string $class, string $property): ?array
    {
        foreach ($this->getLineage($class) as $name) {
            $properties = $this->getClass($name)['properties'] ?? [];
            if (\array_key_exists($property, $properties)) {
                return [$name, $properties[$property]];
            }
        }

        return null;
    }

    /**
     * The class itself, then what it extends, implements and uses; nearest first.
     *
     * @return list<string>
     */
    public function getLineage(string $class): array
    {
        $lineage = [];
        $queue = [$class];
        while ([] !== $queue) {
            $name = array_shift($queue);
            $facts = isset($lineage[$name]) ? null : $this->getClass($name);
            if (null !== $facts) {
                $lineage[$name] = true;
                $queue = [...$facts['traits'], ...$facts['parents'], ...$queue];
            }
        }

        return array_map(strval(...), array_keys($lineage));
    }
}
