<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Status;

use Doctrine\ORM\EntityManagerInterface;
use Doctrine\ORM\Query\Expr\Join;
use Doctrine\ORM\QueryBuilder;
use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Entity\MailboxState;

/**
 * Lists the state of the mailboxes, row by row, for the command. The page has its own grid.
 */
final class StatusProvider
{
    public function __construct(private readonly ManagerRegistry $doctrine)
    {
    }

    /**
     * @return iterable<MailboxStatus>
     */
    public function getStatuses(bool $failedOnly = false): iterable
    {
        $query = $this->createQuery();
        if ($failedOnly) {
            $query->where('o.lastError IS NOT NULL AND (o.isSyncEnabled IS NULL OR o.isSyncEnabled = :yes)')
                ->setParameter('yes', true);
        }

        return self::read($query);
    }

    /**
     * @return iterable<MailboxStatus>
     */
    public function getStatusesOfUser(int $userId): iterable
    {
        return self::read($this->createQuery()->where('o.owner = :user')->setParameter('user', $userId));
    }

    private function createQuery(): QueryBuilder
    {
        /** @var EntityManagerInterface $em */
        $em = $this->doctrine->getManagerForClass(ExchangeEmailOrigin::class);

        return $em->createQueryBuilder()
            ->select('o.id', 'o.mailboxAddress', 'o.isSyncEnabled', 's.lastRunAt', 'o.nextRunAt', 'o.collected', 'o.skipped')
            ->addSelect('o.lastError', 'o.lastErrorRemedy', 'u.username', 'm.label AS mailboxLabel')
            ->from(ExchangeEmailOrigin::class, 'o')
            ->leftJoin('o.owner', 'u')
            ->leftJoin('o.mailbox', 'm')
            ->leftJoin(MailboxState::class, 's', Join::WITH, 's.origin = o')
            ->orderBy('o.mailboxAddress')
            ->addOrderBy('o.id');
    }

    /**
     * @return iterable<MailboxStatus>
     */
    private static function read(QueryBuilder $query): iterable
    {
        foreach ($query->getQuery()->toIterable() as $row) {
            yield new MailboxStatus(
                (int)$row['id'],
                (string)$row['mailboxAddress'],
                (string)($row['username'] ?? $row['mailboxLabel']),
                (bool)($row['isSyncEnabled'] ?? true),
                $row['lastRunAt'],
                $row['nextRunAt'],
                (int)$row['collected'],
                (int)$row['skipped'],
                $row['lastError'],
                $row['lastErrorRemedy']
            );
        }
    }
}
