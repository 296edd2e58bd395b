<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Standalone\Support;

/**
 * php/bin/exchange-sync in a folder of its own, called as an administrator calls it, with the real extension.
 */
final class Program
{
    public readonly string $folder;

    public function __construct()
    {
        $this->folder = sys_get_temp_dir() . '/exchange-sync-' . bin2hex(random_bytes(6));
        mkdir($this->folder, 0700);
    }

    public function __destruct()
    {
        foreach (glob("{$this->folder}/*") ?: [] as $path) {
            is_dir($path) ? array_map('unlink', glob("$path/*") ?: []) && rmdir($path) : unlink($path);
        }
        rmdir($this->folder);
    }

    /**
     * @param array<string, mixed> $settings instead of or beside those that fit the test Exchange
     */
    public function configure(string $server, array $settings = []): void
    {
        $settings += isset($settings['password_file']) ? [] : ['password_env' => 'EXCHANGE_PASSWORD'];
        $settings += [
            'server' => $server,
            'version' => 'auto',
            'login' => 'svc',
            'domains' => ['lindqvist-boats.example'],
            'contacts' => realpath(TestExchange::COMPANY . '/contacts.csv'),
            'users' => realpath(TestExchange::COMPANY . '/users.csv'),
            'database' => 'mail.sqlite',
        ];
        // JSON is YAML.
        $this->write('exchange-sync.yaml', json_encode($settings, JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES));
    }

    public function write(string $file, string $content): string
    {
        file_put_contents("{$this->folder}/$file", $content);

        return "{$this->folder}/$file";
    }

    public function call(string ...$arguments): Result
    {
        return $this->start(...$arguments)->wait();
    }

    public function start(string ...$arguments): RunningProgram
    {
        return new RunningProgram($this->folder, ['-d', 'extension=' . self::extension()], $arguments);
    }

    /**
     * Watches with short intervals.
     */
    public function startHurriedWatch(int $everythingSeconds): RunningProgram
    {
        putenv("EVERYTHING_SECONDS=$everythingSeconds");

        return new RunningProgram(
            $this->folder,
            ['-d', 'extension=' . self::extension()],
            ['watch'],
            'tests/standalone/Support/hurried-watch.php'
        );
    }

    public function callWithoutExtension(string ...$arguments): Result
    {
        return (new RunningProgram($this->folder, [], $arguments))->wait();
    }

    public function database(): \PDO
    {
        return new \PDO("sqlite:{$this->folder}/mail.sqlite", null, null, [\PDO::ATTR_ERRMODE => \PDO::ERRMODE_EXCEPTION]);
    }

    /**
     * @return list<mixed> the first column
     */
    public function column(string $sql): array
    {
        return is_file("{$this->folder}/mail.sqlite") ? $this->database()->query($sql)->fetchAll(\PDO::FETCH_COLUMN) : [];
    }

    private static function extension(): string
    {
        $extension = dirname(__DIR__, 3) . '/target/release/libexchange_sync.so';
        if (!is_file($extension)) {
            throw new \RuntimeException("$extension is missing: make build");
        }

        return $extension;
    }
}
