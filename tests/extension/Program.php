<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Extension;

use RuntimeException;

/**
 * What Cargo built, and PHP scripts that run with it in a process of their own.
 */
final class Program
{
    public static function built(string $name): string
    {
        $target = getenv('CARGO_TARGET_DIR') ?: dirname(__DIR__, 2) . '/target';
        foreach (['release', 'debug'] as $profile) {
            if (is_file("$target/$profile/$name")) {
                return "$target/$profile/$name";
            }
        }
        throw new RuntimeException("Build $name first: cargo build --release -p exchange-sync -p exchange-server");
    }

    /**
     * The extension's library under test.
     */
    public static function library(): string
    {
        return getenv('EXCHANGE_SYNC_LIBRARY') ?: self::built('libexchange_sync.so');
    }

    /**
     * Starts a script of tests/extension/scripts; its output comes through the pipe.
     *
     * @param array<string, string> $environment
     *
     * @return array{resource, resource} process and its output
     */
    public static function start(string $script, array $environment = []): array
    {
        $settings = ['extension=' . self::library(), 'display_errors=stdout', 'log_errors=0'];
        $settings[] = 'memory_limit=' . ($environment['MEMORY'] ?? '128M');
        $command = [PHP_BINARY];
        foreach ($settings as $setting) {
            array_push($command, '-d', $setting);
        }
        $command[] = __DIR__ . "/scripts/$script";
        $process = proc_open($command, [['pipe', 'r'], ['pipe', 'w'], ['redirect', 1]], $pipes, null, $environment + getenv());
        if (!is_resource($process)) {
            throw new RuntimeException("$script does not start.");
        }

        return [$process, $pipes[1]];
    }

    /**
     * Runs a script to its end.
     *
     * @return array{string, int, float} output, exit code (128 and more: signal), seconds
     */
    public static function run(string $script, array $environment = []): array
    {
        $begin = microtime(true);
        [$process, $output] = self::start($script, $environment);

        return self::finish($process, $output, $begin);
    }

    /**
     * @param resource $process
     * @param resource $output
     *
     * @return array{string, int, float}
     */
    public static function finish($process, $output, float $begin): array
    {
        $text = (string) stream_get_contents($output);
        while (($status = proc_get_status($process))['running']) {
            usleep(2000);
        }

        return [$text, $status['signaled'] ? 128 + $status['termsig'] : $status['exitcode'], microtime(true) - $begin];
    }
}
