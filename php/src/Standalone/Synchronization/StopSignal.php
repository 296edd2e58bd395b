<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Synchronization;

use ExchangeMail\Engine\StopSignals;

/**
 * Turns the first SIGINT or SIGTERM into StopRequested, at once or, while a batch is being stored, after it. A second signal
 * ends the process at once, which loses nothing either.
 */
final class StopSignal
{
    private bool $storing = false;
    private bool $wished = false;

    public static function listen(): self
    {
        $stop = new self();
        StopSignals::handle($stop->receive(...), false);

        return $stop;
    }

    /**
     * @template T
     *
     * @param callable(): T $work what must not be left half done
     *
     * @return T
     *
     * @throws StopRequested after the work
     */
    public function after(callable $work): mixed
    {
        $this->storing = true;
        try {
            $result = $work();
        } finally {
            $this->storing = false;
        }
        if ($this->wished) {
            throw new StopRequested();
        }

        return $result;
    }

    private function receive(): void
    {
        pcntl_signal(SIGINT, SIG_DFL);
        pcntl_signal(SIGTERM, SIG_DFL);
        $this->wished = true;
        if (!$this->storing) {
            throw new StopRequested();
        }
    }
}
