<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Status;

use Doctrine\ORM\QueryBuilder;
use ExchangeMail\Bundle\Datagrid\MailboxGridQuery;
use ExchangeMail\Bundle\Exception\NotInstalledException;
use Oro\Bundle\SecurityBundle\ORM\Walker\AclHelper;

/**
 * Sums and picks of the mailboxes that the signed-in user may see, beside the grid that lists them.
 */
final class VisibleMailboxes
{
    public function __construct(
        private readonly MailboxGridQuery $query,
        private readonly AclHelper $aclHelper
    ) {
    }

    public function isVisible(int $originId): bool
    {
        $query = $this->query->create()->andWhere('o.id = :id')->setParameter('id', $originId);

        return [] !== $this->fetch($query);
    }

    /**
     * @throws NotInstalledException
     */
    public function getTotals(): StatusTotals
    {
        $query = $this->query->create()
            ->select('COUNT(o.id) AS mailboxes', 'SUM(o.collected) AS collected', 'SUM(o.skipped) AS skipped')
            ->addSelect(\sprintf(
                'SUM(CASE WHEN %s AND o.lastError IS NOT NULL THEN 1 ELSE 0 END) AS failed',
                StatusQuery::IS_ON
            ))
            ->addSelect(\sprintf('SUM(CASE WHEN %s THEN 0 ELSE 1 END) AS switchedOff', StatusQuery::IS_ON));
        $row = $this->fetch($query)[0];

        return new StatusTotals(
            (int)$row['mailboxes'],
            (int)$row['failed'],
            (int)$row['switchedOff'],
            (int)$row['collected'],
            (int)$row['skipped']
        );
    }

    /**
     * @return list<MailboxStatus> mailboxes whose last run failed
     */
    public function getFailed(int $limit): array
    {
        $query = $this->query->create()
            ->andWhere('o.lastError IS NOT NULL AND ' . StatusQuery::IS_ON)
            ->orderBy('s.lastRunAt', 'DESC')
            ->addOrderBy('o.id')
            ->setMaxResults($limit);

        return array_map(MailboxStatus::fromRow(...), $this->fetch($query));
    }

    /**
     * @return list<array<string, mixed>>
     */
    private function fetch(QueryBuilder $query): array
    {
        return NotInstalledException::guard(fn (): array => $this->aclHelper->apply($query)->getArrayResult());
    }
}
