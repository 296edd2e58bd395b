<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Sync;

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

    /** The limits ended the run before its mailboxes were read to their end. */
    public bool $interrupted = false;

    /** @var array<string, Failure> by mailbox */
    public array $failures = [];

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
        $this->interrupted = $this->interrupted || $other->interrupted;
        $this->failures += $other->failures;
    }
}
