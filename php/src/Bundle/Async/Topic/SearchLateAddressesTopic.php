<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Async\Topic;

use Oro\Component\MessageQueue\Client\MessagePriority;
use Oro\Component\MessageQueue\Topic\AbstractTopic;
use Symfony\Component\OptionsResolver\OptionsResolver;

/**
 * Search Exchange for earlier mail of addresses that an organization got to know. No unique job of Oro's: a failed one would keep
 * the next one away for half an hour; the addresses themselves are given to one search at a time.
 */
class SearchLateAddressesTopic extends AbstractTopic
{
    public const ORGANIZATION_ID = 'organizationId';
    public const TICKET = 'ticket';
    public const ORIGIN_IDS = 'originIds';

    public static function getName(): string
    {
        return 'exchange_mail.search_late_addresses';
    }

    public static function getDescription(): string
    {
        return 'Search Exchange for earlier mail of new contact addresses';
    }

    public function getDefaultPriority(string $queueName): string
    {
        return MessagePriority::VERY_LOW;
    }

    public function configureMessageBody(OptionsResolver $resolver): void
    {
        $resolver
            ->setRequired([self::ORGANIZATION_ID, self::TICKET])
            ->setDefaults([self::ORIGIN_IDS => null])
            ->setAllowedTypes(self::ORGANIZATION_ID, 'int')
            ->setAllowedTypes(self::TICKET, 'string')
            ->setAllowedTypes(self::ORIGIN_IDS, ['int[]', 'null']);
    }
}
