<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Async\Topic;

use Oro\Component\MessageQueue\Client\MessagePriority;
use Oro\Component\MessageQueue\Topic\AbstractTopic;
use Symfony\Component\OptionsResolver\OptionsResolver;

/**
 * Synchronize a group of Exchange mailboxes that wait for this message.
 */
class SyncMailboxesTopic extends AbstractTopic
{
    public const ORGANIZATION_ID = 'organizationId';
    public const ORIGIN_IDS = 'originIds';
    public const TICKET = 'ticket';
    public const CONCURRENCY = 'concurrency';

    public static function getName(): string
    {
        return 'exchange_mail.sync_mailboxes';
    }

    public static function getDescription(): string
    {
        return 'Synchronize a group of Exchange mailboxes';
    }

    public function getDefaultPriority(string $queueName): string
    {
        return MessagePriority::LOW;
    }

    public function configureMessageBody(OptionsResolver $resolver): void
    {
        $resolver
            ->setRequired([self::ORGANIZATION_ID, self::ORIGIN_IDS, self::TICKET])
            ->setDefaults([self::CONCURRENCY => null])
            ->setAllowedTypes(self::ORGANIZATION_ID, 'int')
            ->setAllowedTypes(self::ORIGIN_IDS, 'int[]')
            ->setAllowedTypes(self::TICKET, 'string')
            ->setAllowedTypes(self::CONCURRENCY, ['int', 'null']);
    }
}
