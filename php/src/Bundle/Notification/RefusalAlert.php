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

    /** The rights of the account: one an organization, whichever mailbox it may not open. */
    public const ALERT_TYPE_MAILBOX = 'mailbox';

    /** Among the additional information: how many mailboxes were refused when the alert was raised. */
    public const REFUSED = 'refusedMailboxes';

    private readonly string $id;

    /**
     * @param string $message what happened, in the words of the configuration page
     * @param int    $refused how many mailboxes of the organization are refused
     */
    public function __construct(
        private readonly MailboxFinished $mailbox,
        private readonly string $message,
        private readonly int $refused
    ) {
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
            NotificationAlertManager::ITEM_ID => null,
            NotificationAlertManager::USER => null,
            NotificationAlertManager::ORGANIZATION => $this->mailbox->organizationId,
            NotificationAlertManager::MESSAGE => $this->message,
            NotificationAlertManager::ADDITIONAL_INFO => [
                'emailOriginId' => $this->mailbox->originId,
                self::REFUSED => $this->refused,
            ],
        ];
    }
}
