<?php

declare(strict_types=1);

namespace ExchangeMail\Engine;

/**
 * SIGINT and SIGTERM, where PHP can tell of them.
 */
final class StopSignals
{
    /**
     * @param callable $handler      called as soon as one comes
     * @param bool     $restartCalls whether a system call that one interrupts goes on after it (pcntl_signal)
     */
    public static function handle(callable $handler, bool $restartCalls = true): void
    {
        if (\function_exists('pcntl_async_signals')) {
            pcntl_async_signals(true);
            foreach ([\SIGINT, \SIGTERM] as $signal) {
                pcntl_signal($signal, $handler, $restartCalls);
            }
        }
    }
}
