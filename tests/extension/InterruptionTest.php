<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Extension;

use PHPUnit\Framework\TestCase;

final class InterruptionTest extends TestCase
{
    /** Seconds that a signal may take: slices of 50 ms, and a busy machine. */
    private const PROMPTLY = 3.0;

    private ExchangeServer $server;

    protected function setUp(): void
    {
        $this->server = ExchangeServer::ofJaneAndJoe();
    }

    /**
     * @testWith ["loop"]
     *           ["check"]
     *           ["message"]
     */
    public function testAnExceptionOfASignalHandlerEndsTheWaiting(string $action): void
    {
        [$output, $code, $seconds] = $this->interrupted(['ACTION' => $action, 'HANDLER' => 'throw']);
        self::assertSame("Interrupted. null\nend, handled 1, threads 1\n", $output);
        self::assertSame(0, $code);
        self::assertLessThan(self::PROMPTLY, $seconds);
    }

    public function testASignalHandlerThatReturnsDoesNotDisturbTheWaiting(): void
    {
        [$output, $code] = $this->interrupted(['ACTION' => 'check', 'HANDLER' => 'count'], 1500);
        self::assertStringContainsString('answered', $output);
        self::assertStringContainsString('handled 1', $output);
        self::assertSame(0, $code);
    }

    /**
     * @testWith ["loop"]
     *           ["check"]
     */
    public function testExitInASignalHandlerEndsTheProgram(string $action): void
    {
        [$output, $code, $seconds] = $this->interrupted(['ACTION' => $action, 'HANDLER' => 'exit']);
        self::assertStringContainsString('end, handled 1', $output);
        self::assertSame(7, $code);
        self::assertLessThan(self::PROMPTLY, $seconds);
    }

    /**
     * @testWith ["loop"]
     *           ["check"]
     */
    public function testAFatalErrorInASignalHandlerEndsTheProgram(string $action): void
    {
        [$output, $code, $seconds] = $this->interrupted(['ACTION' => $action, 'HANDLER' => 'fatal']);
        self::assertStringContainsString('Fatal error', $output);
        self::assertSame(255, $code);
        self::assertLessThan(self::PROMPTLY, $seconds);
    }

    /**
     * @testWith ["loop"]
     *           ["check"]
     */
    public function testCtrlCWithoutAHandlerEndsTheProgram(string $action): void
    {
        [, $code, $seconds] = $this->interrupted(['ACTION' => $action]);
        self::assertSame(128 + SIGINT, $code);
        self::assertLessThan(self::PROMPTLY, $seconds);
    }

    /**
     * @testWith ["loop"]
     *           ["check"]
     *           ["message"]
     */
    public function testTheTimeLimitOfPhpEndsTheWaiting(string $action): void
    {
        // What the kernel sends when max_execution_time is over (on Linux it counts CPU time, which waiting does not take).
        [$output, $code, $seconds] = $this->interrupted(['ACTION' => $action, 'LIMIT' => '1'], 20000, SIGPROF);
        self::assertStringContainsString('Maximum execution time', $output);
        self::assertStringContainsString('end, handled 0', $output, 'Shutdown functions run.');
        self::assertSame(255, $code);
        self::assertLessThan(self::PROMPTLY, $seconds);
    }

    /**
     * @testWith ["exit", 3]
     *           ["fatal", 255]
     *           ["uncaught", 255]
     *           ["memory", 255]
     *           ["return", 0]
     */
    public function testTheProgramCanEndInTheMiddleOfARun(string $end, int $expected): void
    {
        $this->server->fill(ExchangeServer::JANE, 20);
        [$output, $code, $seconds] = Program::run('exit.php', $this->environment() + ['END' => $end]);
        self::assertStringStartsWith("batch\n", $output);
        self::assertStringNotContainsString('panic', $output);
        self::assertSame($expected, $code, $output);
        self::assertLessThan(self::PROMPTLY, $seconds);
    }

    public function testBothSidesOfAForkWork(): void
    {
        $this->server->fill(ExchangeServer::JANE, 30);
        $options = $this->server->options(['batch_size' => 2]);
        [$output, $code] = Program::run('fork.php', ['OPTIONS' => json_encode($options)]);
        $lines = explode("\n", trim($output));
        self::assertSame('parent checks jane@example.com', array_shift($lines));
        self::assertStringContainsString('started by another process', array_shift($lines));
        self::assertSame([
            'child checks jane@example.com',
            'child reads 30',
            'child ended with 0',
            'parent reads 30',
            'parent checks jane@example.com',
        ], $lines);
        self::assertSame(0, $code);
    }

    /**
     * Starts wait.php against a server that takes its time, and sends it a signal.
     *
     * @return array{string, int, float} output without its first line, exit code, seconds since the signal
     */
    private function interrupted(array $environment, int $delay = 20000, int $signal = SIGINT): array
    {
        $this->server->control('fault', ['fault' => 'delay', 'milliseconds' => $delay, 'times' => 100]);
        [$process, $output] = Program::start('wait.php', $environment + $this->environment());
        self::assertSame("ready\n", fgets($output));
        usleep(300000);
        $begin = microtime(true);
        posix_kill(proc_get_status($process)['pid'], $signal);

        return Program::finish($process, $output, $begin);
    }

    /** @return array<string, string> */
    private function environment(): array
    {
        return ['OPTIONS' => json_encode($this->server->options(), JSON_THROW_ON_ERROR)];
    }
}
