<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Storage;

/**
 * What became of one batch.
 */
final class StoreResult
{
    /**
     * @param int                          $collected messages that are new in this mailbox
     * @param array<string, FailureReason> $skipped   messages that were not stored, by EWS ItemId
     * @param list<int>                    $bodies    ids of e-mails whose body Oro's listeners are still to be told of
     * @param list<int>                    $oldBodies such ones of mail that is old news
     */
    public function __construct(
        public readonly int $collected = 0,
        public readonly array $skipped = [],
        public readonly array $bodies = [],
        public readonly array $oldBodies = []
    ) {
    }

    public function with(self $other): self
    {
        return new self($this->collected + $other->collected, $this->skipped + $other->skipped);
    }
}
