<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Notification;

use Doctrine\Persistence\ManagerRegistry;
use Doctrine\Persistence\ObjectManager;
use ExchangeMail\Bundle\Sync\MailboxFinished;
use Oro\Bundle\NotificationBundle\Entity\NotificationAlert;
use Oro\Bundle\NotificationBundle\NotificationAlert\NotificationAlertManager;

/**
 * Raises and settles the alerts of refusals. Oro's manager adds them, but finds them by user and organization only: those of one
 * mailbox, whose user may have changed since, are looked for here.
 */
final class RefusalAlerts
{
    public function __construct(
        private readonly NotificationAlertManager $alertManager,
        private readonly ManagerRegistry $doctrine
    ) {
    }

    /**
     * @return bool false: an alert of this refusal stands already
     */
    public function raise(MailboxFinished $mailbox): bool
    {
        $standing = $mailbox->isAccountRefused() ? $this->findOfAccount($mailbox) : $this->findOfMailbox($mailbox);
        if ([] !== $standing) {
            return false;
        }
        $this->alertManager->addNotificationAlert(new RefusalAlert($mailbox));

        return true;
    }

    /**
     * Settles what the end of this run disproves, whatever happened between it and the refusal.
     */
    public function settle(MailboxFinished $mailbox): void
    {
        $disproved = [
            ...($mailbox->isAccountAccepted() ? $this->findOfAccount($mailbox) : []),
            ...($mailbox->isSuccess() ? $this->findOfMailbox($mailbox) : []),
        ];
        if ([] === $disproved) {
            return;
        }
        array_walk($disproved, static function (NotificationAlert $alert): void {
            $alert->setResolved(true);
        });
        $this->em()->flush();
    }

    /**
     * @return list<NotificationAlert>
     */
    private function findOfAccount(MailboxFinished $mailbox): array
    {
        return $this->find([
            'alertType' => RefusalAlert::ALERT_TYPE_ACCOUNT,
            'organization' => $mailbox->organizationId,
        ]);
    }

    /**
     * @return list<NotificationAlert>
     */
    private function findOfMailbox(MailboxFinished $mailbox): array
    {
        return $this->find(['alertType' => RefusalAlert::ALERT_TYPE_MAILBOX, 'itemId' => $mailbox->originId]);
    }

    /**
     * @param array<string, int|string|null> $criteria
     *
     * @return list<NotificationAlert>
     */
    private function find(array $criteria): array
    {
        return $this->em()->getRepository(NotificationAlert::class)->findBy(
            ['sourceType' => RefusalAlert::SOURCE_TYPE, 'resolved' => false] + $criteria
        );
    }

    private function em(): ObjectManager
    {
        return $this->doctrine->getManagerForClass(NotificationAlert::class);
    }
}
