<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Contract;

/**
 * What is known of one version of Oro, as far as php/ uses it; kept as JSON beside the test.
 */
final class Facts implements ClassSource
{
    /**
     * @param array<string, array<string, mixed>> $data by section
     */
    public function __construct(public readonly string $version, private array $data = [])
    {
    }

    public static function load(string $file): self
    {
        $data = json_decode((string)file_get_contents($file), true, 512, \JSON_THROW_ON_ERROR);

        return new self(basename($file, '.json'), $data);
    }

    public function getClass(string $class): ?array
    {
        return $this->data['classes'][$class] ?? null;
    }

    public function get(string $section, string $name): mixed
    {
        return $this->data[$section][$name] ?? null;
    }

    public function has(string $section, string $name): bool
    {
        return \array_key_exists($name, $this->data[$section] ?? []);
    }

    /**
     * @return array<string, mixed>
     */
    public function all(string $section): array
    {
        return $this->data[$section] ?? [];
    }

    public function add(string $section, string $name, mixed $fact): void
    {
        $this->data[$section][$name] = $fact;
    }

    public function toJson(): string
    {
        $data = $this->data;
        ksort($data);
        array_walk($data, static function (array &$section): void {
            ksort($section);
        });

        return json_encode($data, \JSON_PRETTY_PRINT | \JSON_UNESCAPED_SLASHES | \JSON_UNESCAPED_UNICODE | \JSON_THROW_ON_ERROR)
            . "\n";
    }
}
