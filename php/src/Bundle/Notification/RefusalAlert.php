<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Notification;

use ExchangeMail\Bundle\Sync\MailboxFinished;
use Oro\Bundle\EmailBundle\Sync\EmailSyncNotificationAlert;
use Oro\Bundle\NotificationBundle\NotificationAlert\NotificationAlertInterface;
use Oro\Bundle\NotificationBundle\NotificationAlert\NotificationAlertManager;
use Oro\Bundle\SecurityBundle\Tools\UUIDGenerator;

/**
 * A refusal among Oro's notification alerts. Of a source of its own, because Oro's IMAP synchronization counts and settles
 * whatever alerts of its source a user or an organization has.
 */
final class RefusalAlert implements NotificationAlertInterface
{
    public const SOURCE_TYPE = 'ExchangeMail';

    /** The service account: one an organization, whichever mailbox met it. */
    public const ALERT_TYPE_ACCOUNT = 'account';

    /** One mailbox, which is the alert's item. */
    public const ALERT_TYPE_MAILBOX = 'mailbox';

    private readonly string $id;

    public function __construct(private readonly MailboxFinished $mailbox)
    {
        $this->id = UUIDGenerator::v4();
    }

    public function getId(): string
    {
        return $this->id;
    }

    public function getSourceType(): string
    {
        return self::SOURCE_TYPE;
    }

    public function toArray(): array
    {
        $isAccount = $this->mailbox->isAccountRefused();

        return [
            NotificationAlertManager::ID => $this->id,
            NotificationAlertManager::ALERT_TYPE => $isAccount ? self::ALERT_TYPE_ACCOUNT : self::ALERT_TYPE_MAILBOX,
            NotificationAlertManager::OPERATION => EmailSyncNotificationAlert::OPERATION_IMPORT,
            NotificationAlertManager::ITEM_ID => $isAccount ? null : $this->mailbox->originId,
            NotificationAlertManager::USER => $this->mailbox->findAddressee(),
            NotificationAlertManager::ORGANIZATION => $this->mailbox->organizationId,
            NotificationAlertManager::MESSAGE => $this->mailbox->mailbox . ': ' . $this->mailbox->error,
            NotificationAlertManager::ADDITIONAL_INFO => ['emailOriginId' => $this->mailbox->originId],
        ];
    }
}
