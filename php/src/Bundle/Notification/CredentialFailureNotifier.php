<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Notification;

use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use Oro\Bundle\EmailBundle\Sync\EmailSyncNotificationAlert;
use Oro\Bundle\NotificationBundle\NotificationAlert\NotificationAlertManager;

/**
 * Raises and settles Oro's notification alerts for mailboxes that Exchange refuses, as the IMAP integration does.
 *
 * All mailboxes share one service account: where that is refused, one alert an organization tells the administrators,
 * not one a user. A mailbox that the account may not open is told to its user.
 */
final class CredentialFailureNotifier
{
    private const AUTHENTICATION = 'ExchangeSync\AuthenticationException';
    private const IMPERSONATION = 'ExchangeSync\ImpersonationException';

    public function __construct(private readonly NotificationAlertManager $alertManager)
    {
    }

    /**
     * To be called after each run of a mailbox; the origin knows how it went.
     *
     * @param string|null $previousException what getLastErrorException() told before the run: alerts are settled only by the
     *                                       run that found the remedy, so that those of an IMAP mailbox stay
     */
    public function update(ExchangeEmailOrigin $origin, ?string $previousException): void
    {
        $organizationId = $origin->getOrganization()?->getId();
        if (null === $organizationId) {
            return;
        }

        match ($origin->getLastErrorException()) {
            null => $this->settle($origin, $previousException, $organizationId),
            self::AUTHENTICATION => $this->raise($origin, null, $organizationId),
            self::IMPERSONATION => $this->raise($origin, $origin->getOwner()?->getId(), $organizationId),
            default => null,
        };
    }

    private function raise(ExchangeEmailOrigin $origin, ?int $userId, int $organizationId): void
    {
        // Oro finds no earlier alert of a system mailbox (it compares with NULL) and would add one a minute.
        if ($this->isRaised($userId, $organizationId)) {
            return;
        }

        $alert = EmailSyncNotificationAlert::createForAuthFail(
            trim($origin->getMailboxAddress() . ': ' . $origin->getLastError() . ' ' . $origin->getLastErrorRemedy())
        );
        $alert->setUserId($userId);
        $alert->setOrganizationId($organizationId);
        $alert->setEmailOriginId((int)$origin->getId());
        $this->alertManager->addNotificationAlert($alert);
    }

    private function settle(ExchangeEmailOrigin $origin, ?string $previousException, int $organizationId): void
    {
        if (!\in_array($previousException, [self::AUTHENTICATION, self::IMPERSONATION], true)) {
            return;
        }

        $userId = self::IMPERSONATION === $previousException ? $origin->getOwner()?->getId() : null;
        $this->alertManager->resolveNotificationAlertsByAlertTypeForUserAndOrganization(
            EmailSyncNotificationAlert::ALERT_TYPE_AUTH,
            $userId,
            $organizationId
        );
    }

    private function isRaised(?int $userId, int $organizationId): bool
    {
        $counts = $this->alertManager->getNotificationAlertsCountGroupedByTypeForUserAndOrganization($userId, $organizationId);

        return ($counts[EmailSyncNotificationAlert::ALERT_TYPE_AUTH] ?? 0) > 0;
    }
}
