<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Async;

use ExchangeMail\Bundle\Async\Topic\SearchLateAddressesTopic;
use ExchangeMail\Bundle\Storage\FailureReason;
use ExchangeMail\Bundle\Sync\LateAddressSchedule;
use ExchangeMail\Bundle\Sync\LateAddressSearch;
use ExchangeMail\Bundle\Sync\RunLimits;
use ExchangeMail\Bundle\Sync\StopCheck;
use Oro\Component\MessageQueue\Client\TopicSubscriberInterface;
use Oro\Component\MessageQueue\Consumption\MessageProcessorInterface;
use Oro\Component\MessageQueue\Transport\MessageInterface;
use Oro\Component\MessageQueue\Transport\SessionInterface;
use Psr\Log\LoggerInterface;

/**
 * Message queue processor that searches Exchange for earlier mail of new addresses, for a minute. What is left goes to the end of
 * the queue.
 */
class SearchLateAddressesProcessor implements MessageProcessorInterface, TopicSubscriberInterface
{
    public function __construct(
        private readonly LateAddressSearch $search,
        private readonly LateAddressSchedule $schedule,
        private readonly StopCheck $stopCheck,
        private readonly LoggerInterface $logger
    ) {
    }

    public function process(MessageInterface $message, SessionInterface $session): string
    {
        $body = $message->getBody();
        $organizationId = $body[SearchLateAddressesTopic::ORGANIZATION_ID];
        $ticket = $body[SearchLateAddressesTopic::TICKET];
        try {
            $report = $this->stopCheck->during(
                fn (callable $isStopped) => $this->search->search(
                    $organizationId,
                    $ticket,
                    $body[SearchLateAddressesTopic::ORIGIN_IDS],
                    (new RunLimits(null, -1, $isStopped))->slice(RunLimits::MESSAGE_IN_SECONDS)
                )
            );
        } catch (\Exception $e) {
            // the addresses wait on, and cron sends a new message
            // not the exception itself: Doctrine's may quote the mail that it was about to write
            $this->logger->error('Exchange: the search for earlier mail failed. ' . FailureReason::of($e)->text, [
                'organization' => $organizationId,
                'error' => $e::class,
            ]);

            return self::REJECT;
        }
        if ([] !== $report->left) {
            $this->schedule->sendRest($organizationId, $ticket, $report->left);
        }

        return self::ACK;
    }

    public static function getSubscribedTopics(): array
    {
        return [SearchLateAddressesTopic::getName()];
    }
}
