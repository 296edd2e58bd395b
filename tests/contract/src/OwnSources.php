<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Contract;

/**
 * The files of php/src, as text and as declarations.
 */
final class OwnSources implements ClassSource
{
    /** @var array<string, array<string, mixed>|null> */
    private array $classes = [];

    public function __construct(private readonly string $directory, private readonly ClassReader $reader = new ClassReader())
    {
    }

    public function getClass(string $class): ?array
    {
        if (!str_starts_with($class, 'ExchangeMail\\')) {
            return null;
        }
        if (!\array_key_exists($class, $this->classes)) {
            $file = $this->directory . '/' . str_replace('\\', '/', substr($class, \strlen('ExchangeMail\\'))) . '.php';
            $this->classes[$class] = is_file($file)
                ? $this->reader->read((string)file_get_contents($file), $class)
                : null;
        }

        return $this->classes[$class];
    }

    /**
     * @return list<string> columns that the bundle's migrations add
     */
    public function getColumns(): array
    {
        $columns = [];
        foreach ($this->getFiles('~/Migrations/Schema/.*\.php$~') as $code) {
            preg_match_all("~->addColumn\('(\w+)'~", $code, $matches);
            array_push($columns, ...$matches[1]);
        }

        return $columns;
    }

    /**
     * @return iterable<string, string> content by path relative to php/src
     */
    public function getFiles(string $pattern): iterable
    {
        $paths = [];
        $files = new \RecursiveIteratorIterator(
            new \RecursiveDirectoryIterator($this->directory, \FilesystemIterator::SKIP_DOTS)
        );
        foreach ($files as $file) {
            if (1 === preg_match($pattern, $file->getPathname())) {
                $paths[] = $file->getPathname();
            }
        }
        sort($paths);
        foreach ($paths as $path) {
            yield substr($path, \strlen($this->directory) + 1) => (string)file_get_contents($path);
        }
    }
}
