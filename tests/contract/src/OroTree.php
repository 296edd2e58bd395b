<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Contract;

/**
 * A source tree of oro/platform: finds its classes and resources. Knows where Oro keeps what.
 */
final class OroTree implements ClassSource
{
    /** @var array<string, array<string, mixed>|null> */
    private array $classes = [];

    public function __construct(public readonly string $directory, private readonly ClassReader $reader = new ClassReader())
    {
        if (!is_dir($directory . '/src/Oro/Bundle/EmailBundle')) {
            throw new \InvalidArgumentException(\sprintf('"%s" is no source tree of oro/platform.', $directory));
        }
    }

    /**
     * "5.1", "6.1" or "7.0", by the branch alias.
     */
    public function getVersion(): string
    {
        $composer = json_decode((string)file_get_contents($this->directory . '/composer.json'), true, 512, \JSON_THROW_ON_ERROR);
        $alias = (string)($composer['extra']['branch-alias']['dev-master'] ?? '');
        if (1 !== preg_match('~^\d+\.\d+~', $alias, $match)) {
            throw new \RuntimeException('The tree does not tell its version in composer.json (extra.branch-alias).');
        }

        return $match[0];
    }

    public function getClass(string $class): ?array
    {
        if (!\array_key_exists($class, $this->classes)) {
            $file = $this->directory . '/src/' . str_replace('\\', '/', $class) . '.php';
            $this->classes[$class] = is_file($file)
                ? $this->reader->read((string)file_get_contents($file), $class)
                : null;
        }

        return $this->classes[$class];
    }

    public function getSource(string $class): ?string
    {
        $file = $this->directory . '/src/' . str_replace('\\', '/', $class) . '.php';

        return is_file($file) ? (string)file_get_contents($file) : null;
    }

    /**
     * @return iterable<string, string> content by path, without Oro's tests
     */
    public function getFiles(string $pattern): iterable
    {
        $files = new \RegexIterator(
            new \RecursiveIteratorIterator(new \RecursiveDirectoryIterator(
                $this->directory . '/src/Oro/Bundle',
                \FilesystemIterator::SKIP_DOTS
            )),
            $pattern
        );
        foreach ($files as $file) {
            if (!str_contains($file->getPathname(), '/Tests/')) {
                yield $file->getPathname() => (string)file_get_contents($file->getPathname());
            }
        }
    }

    /**
     * "@OroUI/actions/index.html.twig" as a file.
     */
    public function getTemplate(string $name): ?string
    {
        if (1 !== preg_match('~^@Oro(\w+)/(.+)$~', $name, $match)) {
            return null;
        }
        $file = \sprintf('%s/src/Oro/Bundle/%sBundle/Resources/views/%s', $this->directory, $match[1], $match[2]);

        return is_file($file) ? (string)file_get_contents($file) : null;
    }

    /**
     * "oroui/js/mediator" as a file.
     */
    public function hasModule(string $name): bool
    {
        [$bundle, $path] = explode('/', $name, 2);
        foreach (glob($this->directory . '/src/Oro/Bundle/*', \GLOB_ONLYDIR) ?: [] as $directory) {
            if ('oro' . strtolower(basename($directory, 'Bundle')) === $bundle) {
                return is_file($directory . '/Resources/public/' . $path . '.js');
            }
        }

        return false;
    }
}
