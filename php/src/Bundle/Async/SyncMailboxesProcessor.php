<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Async;

use ExchangeMail\Bundle\Async\Topic\SyncMailboxesTopic;
use ExchangeMail\Bundle\Lease\OriginLeases;
use ExchangeMail\Bundle\Storage\FailureReason;
use ExchangeMail\Bundle\Sync\MailboxQueue;
use ExchangeMail\Bundle\Sync\MailboxRun;
use ExchangeMail\Bundle\Sync\RunLimits;
use ExchangeMail\Bundle\Sync\StopCheck;
use Oro\Component\MessageQueue\Client\TopicSubscriberInterface;
use Oro\Component\MessageQueue\Consumption\MessageProcessorInterface;
use Oro\Component\MessageQueue\Transport\MessageInterface;
use Oro\Component\MessageQueue\Transport\SessionInterface;
use Psr\Log\LoggerInterface;

/**
 * Message queue processor that synchronizes a group of Exchange mailboxes, for a minute. What is left goes to the end of the queue.
 */
class SyncMailboxesProcessor implements MessageProcessorInterface, TopicSubscriberInterface
{
    public function __construct(
        private readonly OriginLeases $leases,
        private readonly MailboxRun $run,
        private readonly MailboxQueue $queue,
        private readonly StopCheck $stopCheck,
        private readonly LoggerInterface $logger
    ) {
    }

    public function process(MessageInterface $message, SessionInterface $session): string
    {
        $body = $message->getBody();
        $token = OriginLeases::newToken();
        $originIds = $this->leases->takeQueued(
            $body[SyncMailboxesTopic::ORIGIN_IDS],
            $body[SyncMailboxesTopic::TICKET],
            $token
        );
        if ([] === $originIds) {
            // delivered twice, or later than its mailboxes were sent once more
            return self::ACK;
        }
        $organizationId = $body[SyncMailboxesTopic::ORGANIZATION_ID];
        $concurrency = $body[SyncMailboxesTopic::CONCURRENCY];
        try {
            $report = $this->stopCheck->during(
                fn (callable $isStopped) => $this->run->run(
                    $organizationId,
                    $originIds,
                    $token,
                    (new RunLimits($concurrency, -1, $isStopped))->slice(RunLimits::MESSAGE_IN_SECONDS)
                )
            );
        } catch (\Exception $e) {
            // the mailboxes are free again and the next cron sends them anew; a second attempt now would only repeat the error
            // not the exception itself: Doctrine's may quote the mail that it was about to write
            $this->logger->error('Exchange: a group of mailboxes was not read. ' . FailureReason::of($e)->text, [
                'origins' => $originIds,
                'error' => $e::class,
            ]);

            return self::REJECT;
        }
        $this->queue->sendRest($organizationId, $report->left, $concurrency);

        return self::ACK;
    }

    public static function getSubscribedTopics(): array
    {
        return [SyncMailboxesTopic::getName()];
    }
}
