<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Standalone\Support;

/**
 * A call of php/bin/exchange-sync that has not ended yet.
 */
final class RunningProgram
{
    private const LIMIT_SECONDS = 120;

    /** @var resource */
    private $process;
    /** @var array<int, resource> */
    private array $outputs;

    /**
     * @param list<string> $phpOptions
     * @param list<string> $arguments
     * @param string       $script    below the project's folder
     */
    public function __construct(
        string $folder,
        array $phpOptions,
        array $arguments,
        string $script = 'php/bin/exchange-sync'
    ) {
        $this->outputs = [1 => tmpfile(), 2 => tmpfile()];
        $process = proc_open(
            [PHP_BINARY, ...$phpOptions, dirname(__DIR__, 3) . "/$script", ...$arguments],
            [['file', '/dev/null', 'r'], $this->outputs[1], $this->outputs[2]],
            $pipes,
            $folder,
            ['EXCHANGE_PASSWORD' => TestExchange::PASSWORD] + getenv()
        );
        if (false === $process) {
            throw new \RuntimeException('php does not start');
        }
        $this->process = $process;
    }

    public function signal(int $signal): void
    {
        proc_terminate($this->process, $signal);
    }

    public function kill(): void
    {
        if (is_resource($this->process)) {
            proc_terminate($this->process, SIGKILL);
            proc_close($this->process);
        }
    }

    public function isRunning(): bool
    {
        return proc_get_status($this->process)['running'];
    }

    /**
     * @param callable(): bool $happened
     */
    public function waitUntil(callable $happened): void
    {
        for ($end = microtime(true) + self::LIMIT_SECONDS; !$happened(); usleep(2_000)) {
            if (microtime(true) > $end) {
                throw new \RuntimeException('It did not happen in ' . self::LIMIT_SECONDS . ' s.');
            }
        }
    }

    public function wait(): Result
    {
        for ($end = microtime(true) + self::LIMIT_SECONDS;; usleep(2_000)) {
            $status = proc_get_status($this->process);
            if (!$status['running']) {
                break;
            }
            if (microtime(true) > $end) {
                proc_terminate($this->process, SIGKILL);
                throw new \RuntimeException('exchange-sync still ran after ' . self::LIMIT_SECONDS . ' s: ' . $this->read(2));
            }
        }
        proc_close($this->process);

        return new Result($status['signaled'] ? 128 + $status['termsig'] : $status['exitcode'], $this->read(1), $this->read(2));
    }

    public function printed(): string
    {
        return $this->read(1) . $this->read(2);
    }

    private function read(int $output): string
    {
        // by its name: the program's own place in the file stays where it is
        return (string) file_get_contents(stream_get_meta_data($this->outputs[$output])['uri']);
    }
}
