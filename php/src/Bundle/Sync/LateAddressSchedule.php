<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Sync;

use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Entity\LateAddress;

/**
 * Starts a search for each organization that has late addresses.
 */
final class LateAddressSchedule
{
    /** Contacts come in groups, and each search ends the runs of its organization. */
    public const WAIT_IN_MINUTES = 5;

    public function __construct(
        private readonly ManagerRegistry $doctrine,
        private readonly MailboxQueue $queue
    ) {
    }

    public function send(): void
    {
        $this->queue->sendSearches(
            $this->doctrine->getManagerForClass(LateAddress::class)
                ->getRepository(LateAddress::class)
                ->getWaitingOrganizations(self::WAIT_IN_MINUTES)
        );
    }
}
