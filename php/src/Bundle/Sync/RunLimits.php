<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Sync;

/**
 * When a run has to stop, although there is more to read. What it read is stored; the next run goes on.
 */
final class RunLimits
{
    /** The work of one message of the queue: others wait for their turn. */
    public const MESSAGE_IN_SECONDS = 60;

    private bool $stopped = false;

    private ?float $end;

    /** @var \Closure(): bool */
    private readonly \Closure $isOver;

    /**
     * @param int|null                $concurrency       mailboxes at once; null: as configured
     * @param int                     $maxExecTimeInMin  -1: no limit
     * @param null|callable(): bool   $isOver            what else ends it, asked after each batch
     */
    public function __construct(
        public readonly ?int $concurrency = null,
        int $maxExecTimeInMin = -1,
        ?callable $isOver = null
    ) {
        $this->end = $maxExecTimeInMin > 0 ? microtime(true) + 60 * $maxExecTimeInMin : null;
        $this->isOver = null === $isOver ? static fn (): bool => false : $isOver(...);
    }

    /**
     * A part of this run, over after these seconds at the latest.
     */
    public function slice(float $seconds): self
    {
        $slice = new self($this->concurrency, -1, $this->isOver(...));
        $slice->end = microtime(true) + $seconds;

        return $slice;
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
        return $this->stopped || (null !== $this->end && microtime(true) >= $this->end) || ($this->isOver)();
    }
}
