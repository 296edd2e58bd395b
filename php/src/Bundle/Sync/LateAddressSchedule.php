<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Sync;

use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Async\Topic\SearchLateAddressesTopic;
use ExchangeMail\Bundle\Entity\LateAddress;
use ExchangeMail\Bundle\Entity\Repository\LateAddressRepository;
use ExchangeMail\Bundle\Lease\OriginLeases;
use Oro\Component\MessageQueue\Client\MessageProducerInterface;

/**
 * Starts a search for each organization that has late addresses. An address is in one search at a time, and in another one where
 * that one was lost.
 */
class LateAddressSchedule
{
    /** Contacts come in groups, and each search asks for every mailbox. */
    public const WAIT_IN_SECONDS = 300;

    public const QUEUED_IN_SECONDS = 900;

    public function __construct(
        private readonly ManagerRegistry $doctrine,
        private readonly MessageProducerInterface $producer
    ) {
    }

    public function send(): void
    {
        if ($this->addresses()->isEmpty()) {
            return;
        }
        $this->addresses()->markSeen();
        foreach ($this->addresses()->getWaitingOrganizations(self::WAIT_IN_SECONDS) as $organizationId) {
            $ticket = OriginLeases::newToken();
            $this->addresses()->queue($organizationId, $ticket, self::WAIT_IN_SECONDS, self::QUEUED_IN_SECONDS);
            $this->sendSearch($organizationId, $ticket);
        }
    }

    /**
     * @param list<int> $originIds mailboxes that are left
     */
    public function sendRest(int $organizationId, string $ticket, array $originIds): void
    {
        $this->addresses()->renew($ticket, self::QUEUED_IN_SECONDS);
        $this->sendSearch($organizationId, $ticket, $originIds);
    }

    /**
     * @param list<int>|null $originIds null: all mailboxes
     */
    private function sendSearch(int $organizationId, string $ticket, ?array $originIds = null): void
    {
        $this->producer->send(SearchLateAddressesTopic::getName(), [
            SearchLateAddressesTopic::ORGANIZATION_ID => $organizationId,
            SearchLateAddressesTopic::TICKET => $ticket,
            SearchLateAddressesTopic::ORIGIN_IDS => $originIds,
        ]);
    }

    private function addresses(): LateAddressRepository
    {
        return $this->doctrine->getManagerForClass(LateAddress::class)->getRepository(LateAddress::class);
    }
}
