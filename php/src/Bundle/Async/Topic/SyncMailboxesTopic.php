<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Async\Topic;

use Oro\Component\MessageQueue\Topic\AbstractTopic;
use Symfony\Component\OptionsResolver\OptionsResolver;

/**
 * Synchronize a group of Exchange mailboxes that are leased to this message.
 */
class SyncMailboxesTopic extends AbstractTopic
{
    public const ORGANIZATION_ID = 'organizationId';
    public const ORIGIN_IDS = 'originIds';
    public const LEASE = 'lease';
    public const CONCURRENCY = 'concurrency';
    public const MAX_EXEC_TIME = 'maxExecTime';

    public static function getName(): string
    {
        return 'exchange_mail.sync_mailboxes';
    }

    public static function getDescription(): string
    {
        return 'Synchronize a group of Exchange mailboxes';
    }

    public function configureMessageBody(OptionsResolver $resolver): void
    {
        $resolver
            ->setRequired([self::ORGANIZATION_ID, self::ORIGIN_IDS, self::LEASE])
            ->setDefaults([self::CONCURRENCY => null, self::MAX_EXEC_TIME => -1])
            ->setAllowedTypes(self::ORGANIZATION_ID, 'int')
            ->setAllowedTypes(self::ORIGIN_IDS, 'int[]')
            ->setAllowedTypes(self::LEASE, 'string')
            ->setAllowedTypes(self::CONCURRENCY, ['int', 'null'])
            ->setAllowedTypes(self::MAX_EXEC_TIME, 'int');
    }
}
