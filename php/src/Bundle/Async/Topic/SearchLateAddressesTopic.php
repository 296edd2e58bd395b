<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Async\Topic;

use Oro\Component\MessageQueue\Topic\AbstractTopic;
use Oro\Component\MessageQueue\Topic\JobAwareTopicInterface;
use Symfony\Component\OptionsResolver\OptionsResolver;

/**
 * Search Exchange for earlier mail of addresses that an organization got to know. One search an organization at a time.
 */
class SearchLateAddressesTopic extends AbstractTopic implements JobAwareTopicInterface
{
    public const ORGANIZATION_ID = 'organizationId';

    public static function getName(): string
    {
        return 'exchange_mail.search_late_addresses';
    }

    public static function getDescription(): string
    {
        return 'Search Exchange for earlier mail of new contact addresses';
    }

    public function configureMessageBody(OptionsResolver $resolver): void
    {
        $resolver
            ->setRequired([self::ORGANIZATION_ID])
            ->setAllowedTypes(self::ORGANIZATION_ID, 'int');
    }

    public function createJobName($messageBody): string
    {
        return \sprintf('%s:%d', self::getName(), $messageBody[self::ORGANIZATION_ID]);
    }
}
