<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Status;

use Doctrine\ORM\QueryBuilder;
use ExchangeMail\Bundle\Exception\NotInstalledException;
use ExchangeSync\AuthenticationException;

/**
 * Lists the state of the mailboxes, row by row. The page has its own grid.
 */
class StatusProvider
{
    public function __construct(private readonly StatusQuery $query)
    {
    }

    /**
     * @return iterable<MailboxStatus> of every organization
     *
     * @throws NotInstalledException
     */
    public function getStatuses(bool $failedOnly = false): iterable
    {
        $query = $this->query->create();
        if ($failedOnly) {
            $query->where('o.lastError IS NOT NULL AND ' . StatusQuery::IS_ON);
        }

        return self::read($query);
    }

    /**
     * @return iterable<MailboxStatus>
     */
    public function getStatusesOfUser(int $userId): iterable
    {
        return self::read($this->query->create()->where('o.owner = :user')->setParameter('user', $userId));
    }

    /**
     * Whether Exchange refuses the service account for a mailbox that is read.
     *
     * @throws NotInstalledException
     */
    public function isAccountRefused(): bool
    {
        $query = $this->query->create()
            ->where('o.lastErrorException = :refused AND ' . StatusQuery::IS_ON)
            ->setParameter('refused', AuthenticationException::class)
            ->setMaxResults(1)
            ->getQuery();

        return [] !== NotInstalledException::guard(static fn (): array => $query->getArrayResult());
    }

    /**
     * @return iterable<MailboxStatus>
     */
    private static function read(QueryBuilder $query): iterable
    {
        $query->orderBy('o.mailboxAddress')->addOrderBy('o.id');
        foreach (NotInstalledException::guard(static fn (): iterable => $query->getQuery()->toIterable()) as $row) {
            yield MailboxStatus::fromRow($row);
        }
    }
}
