<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Sync;

use Doctrine\DBAL\Types\Types;
use Doctrine\ORM\EntityManagerInterface;
use Doctrine\ORM\Query\Expr\Join;
use Doctrine\ORM\QueryBuilder;
use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Entity\ExchangeEmailFolder;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Entity\MailboxState;
use ExchangeMail\Bundle\Lease\OriginLeases;
use ExchangeMail\Bundle\Storage\Transactions;
use Oro\Bundle\EmailBundle\Entity\EmailFolder;

/**
 * Tells which mailboxes are to be read now, the longest unread first, and puts them off.
 */
class OriginSchedule
{
    public function __construct(
        private readonly ManagerRegistry $doctrine,
        private readonly Transactions $transactions,
        private readonly OriginLeases $leases
    ) {
    }

    /**
     * @param int $minExecIntervalInMin minutes since a mailbox was last read
     * @param int $maxTasks             mailboxes at most; -1: all
     *
     * @return array<int, list<int>> origin ids by organization id
     */
    public function due(int $minExecIntervalInMin = 0, int $maxTasks = -1): array
    {
        $now = self::now();
        $qb = $this->readable()
            ->andWhere('o.nextRunAt IS NULL OR o.nextRunAt <= :now')
            ->andWhere('s.lease IS NULL OR s.leaseUntil < :now')
            ->andWhere('s.queuedUntil IS NULL OR s.queuedUntil < :now')
            ->setParameter('now', $now, Types::DATETIME_MUTABLE);
        if ($minExecIntervalInMin > 0) {
            $qb->andWhere('s.lastRunAt IS NULL OR s.lastRunAt <= :border')->setParameter(
                'border',
                (clone $now)->modify(\sprintf('-%d minutes', $minExecIntervalInMin)),
                Types::DATETIME_MUTABLE
            );
        }
        if ($maxTasks > 0) {
            $qb->setMaxResults($maxTasks);
        }

        return self::byOrganization($qb);
    }

    /**
     * Those of the given mailboxes that may be read at all, whenever they were read last.
     *
     * @param list<int> $originIds
     * @param bool      $andPutOff also those that are not to be read yet, after an error
     *
     * @return array<int, list<int>> origin ids by organization id
     */
    public function only(array $originIds, bool $andPutOff = true): array
    {
        $qb = $this->readable()->andWhere('o.id IN (:ids)')->setParameter('ids', $originIds);
        if (!$andPutOff) {
            self::leaveOutPutOff($qb);
        }

        return self::byOrganization($qb);
    }

    public function watchable(): WatchableMailboxes
    {
        $now = self::now();
        $originIds = $putOff = [];
        $rows = $this->readable()->addSelect('o.mailboxAddress AS address', 'o.nextRunAt AS nextRunAt')->getQuery()->getArrayResult();
        foreach ($rows as $row) {
            if (null !== $row['address']) {
                $originIds[$row['address']][] = (int)$row['id'];
                if (null !== $row['nextRunAt'] && $row['nextRunAt'] > $now) {
                    $putOff[$row['address']] = true;
                }
            }
        }
        // the order is that of the last runs
        ksort($originIds);

        return new WatchableMailboxes($originIds, $putOff);
    }

    /**
     * @param bool $andPutOff also those that are not to be read yet, after an error
     *
     * @return list<int>
     */
    public function ofOrganization(int $organizationId, bool $andPutOff): array
    {
        $qb = $this->readable()
            ->andWhere('o.organization = :organization')
            ->setParameter('organization', $organizationId);
        if (!$andPutOff) {
            self::leaveOutPutOff($qb);
        }

        return self::byOrganization($qb)[$organizationId] ?? [];
    }

    /**
     * No mailbox is due before this moment, unless somebody asks for it.
     */
    public function postponeAll(\DateTimeInterface $until): void
    {
        $this->later($until)->getQuery()->execute();
    }

    /**
     * These mailboxes are not due before this moment, unless somebody asks for them.
     *
     * @param list<int> $originIds
     */
    public function postpone(array $originIds, \DateTimeInterface $until): void
    {
        $this->later($until)->andWhere('o.id IN (:ids)')->setParameter('ids', $originIds)->getQuery()->execute();
    }

    /**
     * The next run looks at everything again; what is stored is recognized and not stored twice. A run that is going on ends
     * in its own time.
     *
     * @param list<int> $originIds
     */
    public function startOver(array $originIds): void
    {
        if ([] !== $originIds) {
            $this->leases->startOver($originIds);
        }
    }

    /**
     * Forgets the checkpoints of mailboxes that the token holds.
     *
     * @param list<int> $originIds
     */
    public function applyStartOver(array $originIds, string $token): void
    {
        if ([] === $originIds) {
            return;
        }
        $this->transactions->run(function (EntityManagerInterface $em) use ($originIds, $token): void {
            $held = $this->leases->lockHeld($originIds, $token);
            $em->createQueryBuilder()
                ->update(ExchangeEmailFolder::class, 'ef')
                ->set('ef.checkpoint', 'NULL')
                ->where(\sprintf('ef.folder IN (SELECT f.id FROM %s f WHERE f.origin IN (:ids))', EmailFolder::class))
                ->setParameter('ids', $held)
                ->getQuery()
                ->execute();
            $em->createQueryBuilder()
                ->update(ExchangeEmailOrigin::class, 'o')
                ->set('o.rootCheckpoint', 'NULL')
                ->where('o.id IN (:ids)')
                ->setParameter('ids', $held)
                ->getQuery()
                ->execute();
            $this->leases->startedOver($held);
        });
    }

    private function later(\DateTimeInterface $until): QueryBuilder
    {
        return $this->em()->createQueryBuilder()
            ->update(ExchangeEmailOrigin::class, 'o')
            ->set('o.nextRunAt', ':until')
            ->where('o.nextRunAt IS NULL OR o.nextRunAt < :until')
            ->setParameter(
                'until',
                \DateTime::createFromInterface($until)->setTimezone(new \DateTimeZone('UTC')),
                Types::DATETIME_MUTABLE
            );
    }

    private function readable(): QueryBuilder
    {
        return $this->em()->createQueryBuilder()
            ->select('o.id', 'IDENTITY(o.organization) AS organization')
            ->addSelect('CASE WHEN s.lastRunAt IS NULL THEN 0 ELSE 1 END AS HIDDEN wasRead')
            ->from(ExchangeEmailOrigin::class, 'o')
            ->leftJoin(MailboxState::class, 's', Join::WITH, 's.origin = o')
            ->leftJoin('o.owner', 'u')
            ->where('o.isActive = :yes AND (o.isSyncEnabled IS NULL OR o.isSyncEnabled = :yes)')
            ->andWhere('u.id IS NULL OR u.enabled = :yes')
            ->andWhere('o.organization IS NOT NULL')
            ->setParameter('yes', true)
            ->orderBy('wasRead')
            ->addOrderBy('s.lastRunAt')
            ->addOrderBy('o.id');
    }

    private static function leaveOutPutOff(QueryBuilder $qb): void
    {
        $qb->andWhere('o.nextRunAt IS NULL OR o.nextRunAt <= :now')
            ->setParameter('now', self::now(), Types::DATETIME_MUTABLE);
    }

    /**
     * @return array<int, list<int>>
     */
    private static function byOrganization(QueryBuilder $qb): array
    {
        $ids = [];
        foreach ($qb->getQuery()->getArrayResult() as $row) {
            $ids[(int)$row['organization']][] = (int)$row['id'];
        }

        return $ids;
    }

    private static function now(): \DateTime
    {
        return new \DateTime('now', new \DateTimeZone('UTC'));
    }

    private function em(): EntityManagerInterface
    {
        return $this->doctrine->getManagerForClass(ExchangeEmailOrigin::class);
    }
}
