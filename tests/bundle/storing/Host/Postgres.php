<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing\Host;

use Symfony\Component\Process\Process;

/**
 * A PostgreSQL server of the test run's own: fresh data directory, unix socket, gone at the end. Knows no schema.
 */
final class Postgres implements DatabaseServer
{
    private static ?self $instance = null;

    private function __construct(private readonly string $directory, private readonly string $binaries)
    {
    }

    public static function running(): self
    {
        if (null === self::$instance) {
            $binaries = glob('/usr/lib/postgresql/*/bin') ?: [];
            if ([] === $binaries) {
                throw new \RuntimeException('PostgreSQL is not installed: apt-get install postgresql.');
            }
            self::$instance = new self(self::newDirectory(), end($binaries));
            self::$instance->start();
            register_shutdown_function(self::$instance->stop(...));
        }

        return self::$instance;
    }

    public function createDatabase(?string $template = null): array
    {
        $name = 'test_' . bin2hex(random_bytes(4));
        $this->run([
            'psql', '-h', $this->directory, '-U', 'postgres', '-c',
            \sprintf('CREATE DATABASE %s TEMPLATE %s', $name, $template ?? 'template0'),
        ]);

        return ['driver' => 'pdo_pgsql', 'host' => $this->directory, 'user' => 'postgres', 'dbname' => $name];
    }

    private function start(): void
    {
        $this->run(['initdb', '-D', $this->directory . '/data', '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '-N']);
        $this->run([
            'pg_ctl', 'start', '-w', '-D', $this->directory . '/data', '-l', $this->directory . '/log',
            '-o', \sprintf(
                '-k %s -c listen_addresses= -c fsync=%s -c deadlock_timeout=200ms',
                $this->directory,
                // tests need no disk; the benchmark does
                'on' === getenv('POSTGRES_FSYNC') ? 'on' : 'off'
            ),
        ]);
    }

    private function stop(): void
    {
        $this->run(['pg_ctl', 'stop', '-m', 'immediate', '-D', $this->directory . '/data']);
        (new Process(['rm', '-rf', $this->directory]))->setTimeout(null)->run();
    }

    private static function newDirectory(): string
    {
        // short: the path of a unix socket has 107 characters
        $directory = sys_get_temp_dir() . '/xpg' . bin2hex(random_bytes(4));
        mkdir($directory, 0700);
        if (0 === posix_geteuid()) {
            chown($directory, 'postgres');
        }

        return $directory;
    }

    /**
     * PostgreSQL does not run as root.
     *
     * @param list<string> $command
     */
    private function run(array $command): void
    {
        $command[0] = $this->binaries . '/' . $command[0];
        if (0 === posix_geteuid()) {
            $command = ['runuser', '-u', 'postgres', '--', ...$command];
        }
        (new Process($command, $this->directory))->setTimeout(300)->mustRun();
    }
}
