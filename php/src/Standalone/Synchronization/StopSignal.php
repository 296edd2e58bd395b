<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Synchronization;

/**
 * Turns the first SIGINT or SIGTERM into a wish to stop; a second one ends the process at once, which loses nothing either.
 */
final class StopSignal
{
    private bool $wished = false;

    public static function listen(): self
    {
        $stop = new self();
        if (function_exists('pcntl_async_signals')) {
            pcntl_async_signals(true);
            foreach ([SIGINT, SIGTERM] as $signal) {
                pcntl_signal($signal, static function () use ($stop): void {
                    $stop->wished = true;
                    pcntl_signal(SIGINT, SIG_DFL);
                    pcntl_signal(SIGTERM, SIG_DFL);
                }, false);
            }
        }

        return $stop;
    }

    public function isWished(): bool
    {
        return $this->wished;
    }
}
