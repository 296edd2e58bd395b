<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Synchronization;

use ExchangeMail\Standalone\Storage\BatchSink;
use ExchangeSync\AddressBook;
use ExchangeSync\Batch;

/**
 * One run: reads the mailboxes and hands each batch to where it is stored. Asking for the next batch tells the engine that
 * this one is safe.
 */
final class Synchronization
{
    public function __construct(
        private readonly BatchSink $sink,
        private readonly StopSignal $stop
    ) {
    }

    /**
     * @param list<string>                   $mailboxes
     * @param list<string>                   $participants addresses to search earlier mail of; empty: read what is new
     * @param callable(Summary, Batch): void $progress
     */
    public function run(
        \ExchangeSync $engine,
        AddressBook $book,
        array $mailboxes,
        array $participants,
        callable $progress
    ): Summary {
        $summary = new Summary();
        $withCheckpoints = $this->withCheckpoints($mailboxes, $summary);
        $run = [] === $participants
            ? $engine->run($withCheckpoints, $book)
            : $engine->search($withCheckpoints, $book, $participants);
        try {
            foreach ($run as $batch) {
                $this->stop->after(fn () => $summary->add($batch, $this->sink->save($batch)));
                $progress($summary, $batch);
            }
        } catch (StopRequested) {
            $summary->interrupted = true;
        }

        return $summary;
    }

    /**
     * @param list<string> $mailboxes
     */
    private function withCheckpoints(array $mailboxes, Summary $summary): \Generator
    {
        foreach ($mailboxes as $address) {
            $until = $this->sink->heldUntil($address);
            if (null === $until) {
                yield $this->sink->mailbox($address);
            } else {
                $summary->held[$address] = $until;
            }
        }
    }
}
