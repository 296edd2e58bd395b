<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Notification;

use ExchangeMail\Bundle\Sync\MailboxFinished;
use Oro\Bundle\EmailBundle\Sync\EmailSyncNotificationAlert;
use Oro\Bundle\NotificationBundle\NotificationAlert\NotificationAlertManager;

/**
 * Raises and settles Oro's notification alerts for mailboxes that Exchange refuses, and tells of each alert by the channels
 * of the IMAP integration. While an alert stands nothing is told again, however many mailboxes and runs meet the refusal.
 *
 * All mailboxes share one service account: where that is refused, one alert an organization tells the administrators,
 * not one a user. A mailbox that the account may not open is told to its user.
 */
final class CredentialFailureNotifier
{
    private const AUTHENTICATION = 'ExchangeSync\AuthenticationException';
    private const IMPERSONATION = 'ExchangeSync\ImpersonationException';

    /**
     * @param list<NotificationSenderInterface> $senders
     */
    public function __construct(private readonly NotificationAlertManager $alertManager, private readonly array $senders)
    {
    }

    public function onFinished(MailboxFinished $mailbox): void
    {
        if (null === $mailbox->organizationId) {
            return;
        }
        if (self::isRefusal($mailbox->exception)) {
            $this->raise($mailbox, $mailbox->organizationId);
        } elseif (null === $mailbox->exception && self::isRefusal($mailbox->previousException)) {
            // Only by the run that ended the refusal, so that the alerts of an IMAP mailbox stay.
            $this->alertManager->resolveNotificationAlertsByAlertTypeForUserAndOrganization(
                EmailSyncNotificationAlert::ALERT_TYPE_AUTH,
                self::findAddressee($mailbox, $mailbox->previousException),
                $mailbox->organizationId
            );
        }
    }

    private function raise(MailboxFinished $mailbox, int $organizationId): void
    {
        $userId = self::findAddressee($mailbox, $mailbox->exception);
        // Oro finds no earlier alert that has no user (it compares with NULL) and would add one with each run.
        $counts = $this->alertManager->getNotificationAlertsCountGroupedByTypeForUserAndOrganization($userId, $organizationId);
        if (($counts[EmailSyncNotificationAlert::ALERT_TYPE_AUTH] ?? 0) > 0) {
            return;
        }

        $alert = EmailSyncNotificationAlert::createForAuthFail($mailbox->mailbox . ': ' . $mailbox->error);
        $alert->setUserId($userId);
        $alert->setOrganizationId($organizationId);
        $alert->setEmailOriginId($mailbox->originId);
        $this->alertManager->addNotificationAlert($alert);
        foreach ($this->senders as $sender) {
            $sender->send($mailbox, $userId);
        }
    }

    private static function isRefusal(?string $exception): bool
    {
        return self::AUTHENTICATION === $exception || self::IMPERSONATION === $exception;
    }

    private static function findAddressee(MailboxFinished $mailbox, ?string $exception): ?int
    {
        return self::IMPERSONATION === $exception ? $mailbox->userId : null;
    }
}
