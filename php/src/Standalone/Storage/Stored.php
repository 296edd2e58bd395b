<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Storage;

/**
 * What a batch has changed. A move is told as an arrival and a removal, in any order and maybe in two batches: the second
 * takes back what the first was counted as, so a number may be negative; the run's sum is right.
 */
final class Stored
{
    /** E-mails that no mailbox had before. */
    public int $emails = 0;
    /** Further places of known e-mails. */
    public int $copies = 0;
    public int $moved = 0;
    public int $readFlags = 0;
    public int $gone = 0;

    public function add(self $other): void
    {
        $this->emails += $other->emails;
        $this->copies += $other->copies;
        $this->moved += $other->moved;
        $this->readFlags += $other->readFlags;
        $this->gone += $other->gone;
    }
}
