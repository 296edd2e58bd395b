<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Sync;

use ExchangeMail\Bundle\Exception\StoringFailedException;
use ExchangeMail\Bundle\Storage\StoreResult;
use ExchangeSync\Failure;

/**
 * What one run did, in numbers, and which mailboxes it could not read.
 */
final class RunReport
{
    public int $mailboxes = 0;

    public int $seen = 0;

    public int $collected = 0;

    public int $skipped = 0;

    /** @var list<int> origins that the limits kept from being read to their end; the next run goes on with them */
    public array $left = [];

    /** @var array<string, Failure> by mailbox */
    public array $failures = [];

    /** @var array<string, StoringFailedException> what Oro refused to store, by mailbox */
    public array $stopped = [];

    public function count(StoreResult $result, int $seen): void
    {
        $this->seen += $seen;
        $this->collected += $result->collected;
        $this->skipped += \count($result->skipped);
    }

    public function add(self $other): void
    {
        $this->mailboxes += $other->mailboxes;
        $this->seen += $other->seen;
        $this->collected += $other->collected;
        $this->skipped += $other->skipped;
        array_push($this->left, ...$other->left);
        $this->failures += $other->failures;
        $this->stopped += $other->stopped;
    }
}
