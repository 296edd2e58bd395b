<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Oro\Support;

use RuntimeException;

/**
 * A command under way. It is ended with this object.
 */
final class ConsoleProcess
{
    /** @var resource */
    private $process;

    /** @var resource */
    private $output;

    /**
     * @param list<string> $command
     */
    public function __construct(private readonly array $command, string $directory)
    {
        $this->output = tmpfile();
        $process = proc_open($command, [['file', '/dev/null', 'r'], $this->output, $this->output], $pipes, $directory);
        if (!\is_resource($process)) {
            throw new RuntimeException('Can\'t start: ' . implode(' ', $command));
        }
        $this->process = $process;
    }

    public function __destruct()
    {
        if ($this->isRunning()) {
            proc_terminate($this->process, \SIGKILL);
        }
    }

    public function isRunning(): bool
    {
        return \is_resource($this->process) && proc_get_status($this->process)['running'];
    }

    public function signal(int $signal): void
    {
        proc_terminate($this->process, $signal);
    }

    public function read(): string
    {
        return (string)file_get_contents(stream_get_meta_data($this->output)['uri']);
    }

    public function wait(int $seconds): ConsoleResult
    {
        $end = microtime(true) + $seconds;
        do {
            $status = proc_get_status($this->process);
            if (!$status['running']) {
                return new ConsoleResult($status['exitcode'], $this->read());
            }
            usleep(50_000);
        } while (microtime(true) < $end);
        throw new RuntimeException(\sprintf('After %d s still running: %s', $seconds, implode(' ', $this->command)) . $this->read());
    }
}
