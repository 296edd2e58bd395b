<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing\Host;

use ExchangeMail\Bundle\Engine\EngineInterface;
use ExchangeMail\Bundle\Engine\EngineProviderInterface;
use ExchangeSync\AddressBook;
use ExchangeSync\Message;
use ExchangeSync\Watch;

/**
 * An engine that measures how long its host waits for it, batch by batch. For the benchmark, which only runs it.
 */
final class TimedEngine implements EngineInterface, EngineProviderInterface
{
    /** When the first batch came, by hrtime() in seconds. */
    public ?float $firstBatch = null;

    /** Seconds that the host waited for all batches but the first, and for the end. */
    public float $waited = 0.0;

    private EngineInterface $engine;

    public function __construct(private readonly EngineProviderInterface $engines)
    {
    }

    public function isEnabled(): bool
    {
        return $this->engines->isEnabled();
    }

    public function get(?int $concurrency = null): EngineInterface
    {
        $this->engine = $this->engines->get($concurrency);

        return $this;
    }

    public function run(iterable $mailboxes, AddressBook $book): iterable
    {
        $asked = self::now();
        foreach ($this->engine->run($mailboxes, $book) as $batch) {
            $this->answered($asked);
            yield $batch;
            $asked = self::now();
        }
        $this->answered($asked);
    }

    public function search(iterable $mailboxes, AddressBook $book, array $participants): iterable
    {
        throw new \LogicException('The benchmark calls run().');
    }

    public function message(string $mailbox, string $itemId): ?Message
    {
        throw new \LogicException('The benchmark calls run().');
    }

    public function setRead(string $mailbox, array $itemIds, bool $read): array
    {
        throw new \LogicException('The benchmark calls run().');
    }

    public function watch(array $mailboxes): Watch
    {
        throw new \LogicException('The benchmark calls run().');
    }

    public static function now(): float
    {
        return hrtime(true) / 1e9;
    }

    private function answered(float $asked): void
    {
        $now = self::now();
        if (null === $this->firstBatch) {
            $this->firstBatch = $now;
        } else {
            $this->waited += $now - $asked;
        }
    }
}
