<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing\Host;

use Symfony\Component\Process\Process;

/**
 * A MariaDB server of the test run's own: fresh data directory, unix socket, gone at the end. Knows no schema.
 */
final class MariaDb implements DatabaseServer
{
    private static ?self $instance = null;

    private readonly Process $server;

    private function __construct(private readonly string $directory)
    {
        // as Debian ships it, and with Oro's isolation level, which is the server's own
        $this->server = new Process([
            'mariadbd', '--no-defaults', '--datadir=' . $directory . '/data', '--socket=' . $directory . '/socket',
            '--skip-networking', '--pid-file=' . $directory . '/pid', '--character-set-server=utf8mb4',
            '--innodb-flush-log-at-trx-commit=0', ...self::asRoot(),
        ]);
        $this->server->setTimeout(null);
    }

    public static function isInstalled(): bool
    {
        return null !== (new \Symfony\Component\Process\ExecutableFinder())->find('mariadbd', null, ['/usr/sbin']);
    }

    public static function running(): self
    {
        if (null === self::$instance) {
            $directory = sys_get_temp_dir() . '/xmy' . bin2hex(random_bytes(4));
            mkdir($directory, 0700);
            (new Process([
                'mariadb-install-db', '--no-defaults', '--datadir=' . $directory . '/data', '--skip-test-db',
                '--auth-root-authentication-method=normal', ...self::asRoot(),
            ]))->setTimeout(300)->mustRun();
            self::$instance = new self($directory);
            self::$instance->start();
            register_shutdown_function(self::$instance->stop(...));
        }

        return self::$instance;
    }

    public function createDatabase(?string $template = null): array
    {
        $name = 'test_' . bin2hex(random_bytes(4));
        $this->connect()->exec(\sprintf('CREATE DATABASE %s CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci', $name));
        if (null !== $template) {
            $client = ['--no-defaults', '--socket=' . $this->directory . '/socket', '-uroot'];
            $dump = (new Process(['mariadb-dump', ...$client, $template]))->setTimeout(300)->mustRun()->getOutput();
            (new Process(['mariadb', ...$client, $name]))->setInput($dump)->setTimeout(300)->mustRun();
        }

        return [
            'driver' => 'pdo_mysql', 'unix_socket' => $this->directory . '/socket', 'user' => 'root', 'dbname' => $name,
            'charset' => 'utf8mb4',
        ];
    }

    private function start(): void
    {
        $this->server->start();
        $end = microtime(true) + 60;
        while (true) {
            try {
                $this->connect();

                return;
            } catch (\PDOException $e) {
                if (microtime(true) > $end || !$this->server->isRunning()) {
                    throw new \RuntimeException('MariaDB does not start: ' . $this->server->getErrorOutput(), 0, $e);
                }
                usleep(100_000);
            }
        }
    }

    private function stop(): void
    {
        $this->server->stop(10);
        (new Process(['rm', '-rf', $this->directory]))->setTimeout(null)->run();
    }

    private function connect(): \PDO
    {
        return new \PDO('mysql:unix_socket=' . $this->directory . '/socket', 'root', '', [\PDO::ATTR_ERRMODE => \PDO::ERRMODE_EXCEPTION]);
    }

    /**
     * @return list<string>
     */
    private static function asRoot(): array
    {
        return 0 === posix_geteuid() ? ['--user=root'] : [];
    }
}
