<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Oro\Support;

use PDO;
use RuntimeException;

/**
 * An OroCRM that somebody installed, as its administrator meets it: console, database, address.
 */
final class Installation
{
    private ?PDO $database = null;

    private function __construct(
        public readonly string $root,
        public readonly string $url,
        private readonly string $php
    ) {
    }

    /**
     * @return self|null null: ORO_ROOT names none
     */
    public static function find(): ?self
    {
        $root = (string)getenv('ORO_ROOT');
        $url = (string)getenv('ORO_URL');
        if ('' === $root || '' === $url) {
            return null;
        }
        if (!is_file($root . '/bin/console')) {
            throw new RuntimeException("ORO_ROOT is no Oro application: $root/bin/console is missing.");
        }

        return new self(realpath($root), rtrim($url, '/'), getenv('ORO_PHP') ?: \PHP_BINARY);
    }

    /**
     * Runs a command of Oro's console.
     *
     * @param list<string> $arguments
     */
    public function console(string $command, array $arguments = [], int $timeout = 300): ConsoleResult
    {
        return $this->start($command, $arguments)->wait($timeout);
    }

    /**
     * Starts a command and does not wait for it.
     *
     * @param list<string> $arguments
     */
    public function start(string $command, array $arguments = []): ConsoleProcess
    {
        return new ConsoleProcess(
            [$this->php, 'bin/console', $command, '--no-interaction', '--no-ansi', ...$arguments],
            $this->root
        );
    }

    /**
     * Runs a function of in-oro.php inside of Oro, for what neither console nor page can do.
     *
     * @param array<mixed> $input
     *
     * @return array<mixed>
     */
    public function inside(string $function, array $input): array
    {
        $process = new ConsoleProcess(
            [$this->php, \dirname(__DIR__) . '/in-oro.php', $function, json_encode($input, \JSON_THROW_ON_ERROR)],
            $this->root
        );
        $result = $process->wait(120);
        if (0 !== $result->code) {
            throw new RuntimeException("in-oro.php $function: $result->output");
        }

        return json_decode($result->output, true, 16, \JSON_THROW_ON_ERROR);
    }

    /**
     * Lets consumers work until the queue is empty, as they do all day.
     */
    public function drainQueue(): void
    {
        for ($round = 0; $round < 40; ++$round) {
            if ('0' === (string)$this->value('SELECT COUNT(*) FROM oro_message_queue')) {
                return;
            }
            $this->console('oro:message-queue:consume', ['--time-limit=+10 seconds']);
        }
        throw new RuntimeException(
            'The queue does not get empty: ' . json_encode($this->rows('SELECT id, priority, properties FROM oro_message_queue'))
        );
    }

    /**
     * Sets settings by Oro's own console.
     *
     * @param array<string, string|int|bool> $settings
     */
    public function configure(array $settings): void
    {
        $this->inside('configure', $settings);
    }

    public function isVersion(string $series): bool
    {
        return str_starts_with($this->version(), $series . '.');
    }

    public function version(): string
    {
        $installed = json_decode((string)file_get_contents($this->root . '/vendor/composer/installed.json'), true);
        foreach ($installed['packages'] ?? $installed as $package) {
            if ('oro/platform' === $package['name']) {
                return ltrim($package['version'], 'v');
            }
        }
        throw new RuntimeException('The installation does not say which oro/platform it has.');
    }

    /**
     * @param array<int|string, mixed> $parameters
     *
     * @return list<array<string, mixed>>
     */
    public function rows(string $sql, array $parameters = []): array
    {
        $statement = $this->database()->prepare($sql);
        $statement->execute($parameters);

        return $statement->fetchAll(PDO::FETCH_ASSOC);
    }

    /**
     * @param array<int|string, mixed> $parameters
     */
    public function value(string $sql, array $parameters = []): mixed
    {
        $row = $this->rows($sql, $parameters)[0] ?? [null];

        return reset($row);
    }

    public function execute(string $sql): void
    {
        $this->database()->exec($sql);
    }

    public function isPostgres(): bool
    {
        return 'pgsql' === $this->database()->getAttribute(PDO::ATTR_DRIVER_NAME);
    }

    private function database(): PDO
    {
        if (null === $this->database) {
            $url = parse_url($this->readDatabaseUrl());
            $driver = str_starts_with($url['scheme'], 'postgres') || 'pgsql' === $url['scheme'] ? 'pgsql' : 'mysql';
            $this->database = new PDO(
                \sprintf('%s:host=%s;port=%d;dbname=%s', $driver, $url['host'], $url['port'] ?? 0, ltrim($url['path'], '/')),
                urldecode($url['user'] ?? ''),
                urldecode($url['pass'] ?? ''),
                [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]
            );
        }

        return $this->database;
    }

    private function readDatabaseUrl(): string
    {
        $url = (string)getenv('ORO_DB_URL');
        foreach (['.env-app', '.env-app.local'] as $file) {
            if ('' === (string)getenv('ORO_DB_URL') && is_file("$this->root/$file")) {
                preg_match('~^ORO_DB_URL=(.+)$~m', (string)file_get_contents("$this->root/$file"), $match);
                $url = $match[1] ?? $url;
            }
        }

        return trim($url, " \"'");
    }
}
