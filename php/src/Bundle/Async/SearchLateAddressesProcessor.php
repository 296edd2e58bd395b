<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Async;

use ExchangeMail\Bundle\Async\Topic\SearchLateAddressesTopic;
use ExchangeMail\Bundle\Sync\LateAddressSearch;
use Oro\Component\MessageQueue\Client\TopicSubscriberInterface;
use Oro\Component\MessageQueue\Consumption\MessageProcessorInterface;
use Oro\Component\MessageQueue\Job\JobRunner;
use Oro\Component\MessageQueue\Transport\MessageInterface;
use Oro\Component\MessageQueue\Transport\SessionInterface;
use Psr\Log\LoggerInterface;

/**
 * Message queue processor that searches Exchange for earlier mail of new contact addresses.
 */
final class SearchLateAddressesProcessor implements MessageProcessorInterface, TopicSubscriberInterface
{
    public function __construct(
        private readonly LateAddressSearch $search,
        private readonly JobRunner $jobRunner,
        private readonly LoggerInterface $logger
    ) {
    }

    public function process(MessageInterface $message, SessionInterface $session): string
    {
        $organizationId = $message->getBody()[SearchLateAddressesTopic::ORGANIZATION_ID];
        try {
            $this->jobRunner->runUniqueByMessage($message, function () use ($organizationId): bool {
                $this->search->search($organizationId);

                return true;
            });
        } catch (\Exception $e) {
            // the addresses wait on, and the next cron sends a new message
            $this->logger->error('Exchange: the search for earlier mail failed. ' . $e->getMessage(), [
                'organization' => $organizationId,
                'exception' => $e,
            ]);

            return self::REJECT;
        }

        return self::ACK;
    }

    public static function getSubscribedTopics(): array
    {
        return [SearchLateAddressesTopic::getName()];
    }
}
