<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Notification;

use Doctrine\ORM\EntityManagerInterface;
use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Settings\SettingLabels;
use ExchangeMail\Bundle\Status\StatusQuery;
use ExchangeMail\Bundle\Sync\MailboxFinished;
use Oro\Bundle\NotificationBundle\Entity\NotificationAlert;
use Oro\Bundle\NotificationBundle\NotificationAlert\NotificationAlertManager;

/**
 * Raises and settles the alerts of refusals. Oro's manager adds them, but finds them by user and organization only.
 */
final class RefusalAlerts
{
    /** Where more mailboxes are refused than an alert told, it is told again; not more often than this. */
    private const SILENT_FOR = '-1 day';

    public function __construct(
        private readonly NotificationAlertManager $alertManager,
        private readonly ManagerRegistry $doctrine,
        private readonly SettingLabels $labels
    ) {
    }

    /**
     * @return bool false: an alert of this refusal stands already
     */
    public function raise(MailboxFinished $mailbox): bool
    {
        $standing = $this->find($mailbox);
        if ([] !== $standing && !$this->isOutgrown($standing, $mailbox)) {
            return false;
        }
        $this->resolve($standing);
        $this->alertManager->addNotificationAlert(new RefusalAlert(
            $mailbox,
            $mailbox->mailbox . ': ' . $this->labels->explain($mailbox->error),
            $this->countRefused($mailbox->organizationId)
        ));

        return true;
    }

    /**
     * Settles what the end of this run disproves, whatever happened between it and the refusal.
     */
    public function settle(MailboxFinished $mailbox): void
    {
        if ($mailbox->isAccountAccepted()) {
            $this->resolve($this->findOfType(RefusalAlert::ALERT_TYPE_ACCOUNT, $mailbox->organizationId));
        }
        $standing = $mailbox->isSuccess() ? $this->findOfType(RefusalAlert::ALERT_TYPE_MAILBOX, $mailbox->organizationId) : [];
        if ([] !== $standing && 0 === $this->countRefused($mailbox->organizationId)) {
            $this->resolve($standing);
        }
    }

    /**
     * @param non-empty-list<NotificationAlert> $standing
     */
    private function isOutgrown(array $standing, MailboxFinished $mailbox): bool
    {
        $told = max(array_map(
            static fn (NotificationAlert $alert): int => (int)($alert->getAdditionalInfo()[RefusalAlert::REFUSED] ?? 0),
            $standing
        ));
        $toldAt = max(array_map(static fn (NotificationAlert $alert): ?\DateTimeInterface => $alert->getCreatedAt(), $standing));

        return !$mailbox->isAccountRefused()
            && $toldAt < new \DateTime(self::SILENT_FOR, new \DateTimeZone('UTC'))
            && $this->countRefused($mailbox->organizationId) > $told;
    }

    private function countRefused(?int $organizationId): int
    {
        return (int)$this->em()->createQueryBuilder()
            ->select('COUNT(o.id)')
            ->from(ExchangeEmailOrigin::class, 'o')
            ->where('o.organization = :organization AND o.lastErrorException = :refused')
            ->andWhere(StatusQuery::IS_ON)
            ->setParameter('organization', $organizationId)
            ->setParameter('refused', MailboxFinished::IMPERSONATION)
            ->getQuery()
            ->getSingleScalarResult();
    }

    /**
     * @return list<NotificationAlert>
     */
    private function find(MailboxFinished $mailbox): array
    {
        $type = $mailbox->isAccountRefused() ? RefusalAlert::ALERT_TYPE_ACCOUNT : RefusalAlert::ALERT_TYPE_MAILBOX;

        return $this->findOfType($type, $mailbox->organizationId);
    }

    /**
     * @return list<NotificationAlert>
     */
    private function findOfType(string $type, ?int $organizationId): array
    {
        return $this->em()->getRepository(NotificationAlert::class)->findBy([
            'sourceType' => RefusalAlert::SOURCE_TYPE,
            'resolved' => false,
            'alertType' => $type,
            'organization' => $organizationId,
        ]);
    }

    /**
     * @param list<NotificationAlert> $alerts
     */
    private function resolve(array $alerts): void
    {
        foreach ($alerts as $alert) {
            $alert->setResolved(true);
        }
        if ([] !== $alerts) {
            $this->em()->flush();
        }
    }

    private function em(): EntityManagerInterface
    {
        return $this->doctrine->getManagerForClass(NotificationAlert::class);
    }
}
