<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Synchronization;

/**
 * How often a watch looks at what no news tells of.
 */
final class WatchIntervals
{
    public function __construct(private readonly int $addressesSeconds = 180, private readonly int $everythingSeconds = 600)
    {
    }

    public function addressesDue(): float
    {
        return microtime(true) + $this->addressesSeconds;
    }

    public function everythingDue(): float
    {
        return microtime(true) + $this->everythingSeconds;
    }
}
