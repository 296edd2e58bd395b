<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Sync;

use ExchangeMail\Bundle\Async\Topic\SyncMailboxesTopic;
use ExchangeMail\Bundle\Lease\OriginLeases;
use Oro\Bundle\MessageQueueBundle\Client\MessageBufferManager;
use Oro\Component\MessageQueue\Client\Message;
use Oro\Component\MessageQueue\Client\MessagePriority;
use Oro\Component\MessageQueue\Client\MessageProducerInterface;

/**
 * Hands groups of mailboxes to Oro's message queue, so that consumers on any number of hosts share them. A mailbox waits in one
 * message at a time; it is leased by the consumer, not here.
 */
class MailboxQueue
{
    private const MAILBOXES_IN_MESSAGE = 50;

    public function __construct(
        private readonly OriginLeases $leases,
        private readonly MessageProducerInterface $producer,
        private readonly MessageBufferManager $buffer
    ) {
    }

    /**
     * @param array<int, list<int>> $originIds   by organization id
     * @param int|null              $concurrency mailboxes at once in each consumer; null: as configured
     *
     * @return int mailboxes that were sent; others wait in a message already or are being read
     */
    public function send(array $originIds, ?int $concurrency = null): int
    {
        return $this->sendGroups($originIds, $concurrency, null);
    }

    /**
     * Mailboxes that took longer than one message may. New mail of others goes first.
     *
     * @param list<int> $originIds
     */
    public function sendRest(int $organizationId, array $originIds, ?int $concurrency): void
    {
        $this->sendGroups([$organizationId => $originIds], $concurrency, MessagePriority::VERY_LOW);
    }

    /**
     * Oro keeps the messages of a console command until it ends, where nobody flushes them.
     */
    public function flush(): void
    {
        $this->buffer->flushBuffer();
    }

    /**
     * @param array<int, list<int>> $originIds by organization id
     * @param string|null           $priority  null: the topic's
     */
    private function sendGroups(array $originIds, ?int $concurrency, ?string $priority): int
    {
        $sent = 0;
        foreach ($originIds as $organizationId => $ids) {
            foreach (array_chunk($ids, self::MAILBOXES_IN_MESSAGE) as $group) {
                $ticket = OriginLeases::newToken();
                $queued = $this->leases->queue($group, $ticket);
                if ([] === $queued) {
                    continue;
                }
                $body = [
                    SyncMailboxesTopic::ORGANIZATION_ID => $organizationId,
                    SyncMailboxesTopic::ORIGIN_IDS => $queued,
                    SyncMailboxesTopic::TICKET => $ticket,
                    SyncMailboxesTopic::CONCURRENCY => $concurrency,
                ];
                $this->producer->send(
                    SyncMailboxesTopic::getName(),
                    null === $priority ? $body : new Message($body, $priority)
                );
                $sent += \count($queued);
            }
        }

        return $sent;
    }
}
