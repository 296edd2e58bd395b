<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Sync;

use ExchangeMail\Bundle\Async\Topic\SearchLateAddressesTopic;
use ExchangeMail\Bundle\Async\Topic\SyncMailboxesTopic;
use ExchangeMail\Bundle\Lease\OriginLeases;
use Oro\Component\MessageQueue\Client\MessageProducerInterface;

/**
 * Hands groups of mailboxes to Oro's message queue, so that consumers on any number of hosts share them. A group is leased
 * before it is sent: the next cron does not send it again, and a message that comes too late finds its lease gone.
 */
final class MailboxQueue
{
    private const MAILBOXES_IN_MESSAGE = 50;

    public function __construct(
        private readonly OriginLeases $leases,
        private readonly MessageProducerInterface $producer
    ) {
    }

    /**
     * @param array<int, list<int>> $originIds by organization id
     *
     * @return int mailboxes that were sent; others are being read already
     */
    public function send(array $originIds, RunLimits $limits): int
    {
        $sent = 0;
        foreach ($originIds as $organizationId => $ids) {
            foreach (array_chunk($ids, self::MAILBOXES_IN_MESSAGE) as $group) {
                $token = OriginLeases::newToken();
                $claimed = $this->leases->claim($group, $token);
                if ([] === $claimed) {
                    continue;
                }
                $this->producer->send(SyncMailboxesTopic::getName(), [
                    SyncMailboxesTopic::ORGANIZATION_ID => $organizationId,
                    SyncMailboxesTopic::ORIGIN_IDS => $claimed,
                    SyncMailboxesTopic::LEASE => $token,
                    SyncMailboxesTopic::CONCURRENCY => $limits->concurrency,
                    SyncMailboxesTopic::MAX_EXEC_TIME => $limits->maxExecTimeInMin,
                ]);
                $sent += \count($claimed);
            }
        }

        return $sent;
    }

    /**
     * @param list<int> $organizationIds
     */
    public function sendSearches(array $organizationIds): void
    {
        foreach ($organizationIds as $organizationId) {
            $this->producer->send(
                SearchLateAddressesTopic::getName(),
                [SearchLateAddressesTopic::ORGANIZATION_ID => $organizationId]
            );
        }
    }
}
