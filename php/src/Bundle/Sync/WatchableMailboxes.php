<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Sync;

/**
 * The mailboxes of all organizations that may be watched, and those of them that are not to be asked for yet.
 */
final readonly class WatchableMailboxes
{
    /**
     * @param array<string, list<int>> $originIds origin ids by address
     * @param array<string, true>      $putOff    by address
     */
    public function __construct(public array $originIds = [], public array $putOff = [])
    {
    }

    /**
     * @return array<string, list<int>> origin ids by address
     */
    public function due(): array
    {
        return array_diff_key($this->originIds, $this->putOff);
    }
}
