<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Async;

use ExchangeMail\Bundle\Async\Topic\SyncMailboxesTopic;
use ExchangeMail\Bundle\Sync\MailboxRun;
use ExchangeMail\Bundle\Sync\RunLimits;
use Oro\Component\MessageQueue\Client\TopicSubscriberInterface;
use Oro\Component\MessageQueue\Consumption\MessageProcessorInterface;
use Oro\Component\MessageQueue\Transport\MessageInterface;
use Oro\Component\MessageQueue\Transport\SessionInterface;
use Psr\Log\LoggerInterface;

/**
 * Message queue processor that synchronizes a group of Exchange mailboxes.
 */
final class SyncMailboxesProcessor implements MessageProcessorInterface, TopicSubscriberInterface
{
    public function __construct(
        private readonly MailboxRun $run,
        private readonly LoggerInterface $logger
    ) {
    }

    public function process(MessageInterface $message, SessionInterface $session): string
    {
        $body = $message->getBody();
        try {
            $this->run->run(
                $body[SyncMailboxesTopic::ORGANIZATION_ID],
                $body[SyncMailboxesTopic::ORIGIN_IDS],
                $body[SyncMailboxesTopic::LEASE],
                new RunLimits($body[SyncMailboxesTopic::CONCURRENCY], $body[SyncMailboxesTopic::MAX_EXEC_TIME])
            );
        } catch (\Exception $e) {
            // the mailboxes are free again and the next cron sends them anew; a second attempt now would only repeat the error
            $this->logger->error('Exchange: a group of mailboxes was not read. ' . $e->getMessage(), [
                'origins' => $body[SyncMailboxesTopic::ORIGIN_IDS],
                'exception' => $e,
            ]);

            return self::REJECT;
        }

        return self::ACK;
    }

    public static function getSubscribedTopics(): array
    {
        return [SyncMailboxesTopic::getName()];
    }
}
