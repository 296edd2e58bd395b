<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Sync;

/**
 * When a run has to stop, although there is more to read. What it read is stored; the next run goes on.
 */
final class RunLimits
{
    private bool $stopped = false;

    private readonly ?float $end;

    /**
     * @param int|null $concurrency       mailboxes at once; null: as configured
     * @param int      $maxExecTimeInMin  -1: no limit
     */
    public function __construct(public readonly ?int $concurrency = null, public readonly int $maxExecTimeInMin = -1)
    {
        $this->end = $maxExecTimeInMin > 0 ? microtime(true) + 60 * $maxExecTimeInMin : null;
    }

    /**
     * For signal handlers: stop after the current batch.
     */
    public function stop(): void
    {
        $this->stopped = true;
    }

    public function isOver(): bool
    {
        return $this->stopped || (null !== $this->end && microtime(true) >= $this->end);
    }
}
