<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Entity\Repository;

use Doctrine\ORM\EntityRepository;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;

/**
 * Finds Exchange mailboxes.
 *
 * @extends EntityRepository<ExchangeEmailOrigin>
 */
class ExchangeEmailOriginRepository extends EntityRepository
{
    public function isAnyRead(): bool
    {
        $rows = $this->createQueryBuilder('o')
            ->select('o.id')
            ->where('o.lastRunAt IS NOT NULL')
            ->setMaxResults(1)
            ->getQuery()
            ->getArrayResult();

        return [] !== $rows;
    }

    /**
     * What a run needs to know of a mailbox to begin, without loading entities.
     *
     * @return array{mailboxAddress: ?string, rootFolderId: ?string, rootCheckpoint: ?string}|null
     */
    public function getStart(int $originId): ?array
    {
        $rows = $this->createQueryBuilder('o')
            ->select('o.mailboxAddress', 'o.rootFolderId', 'o.rootCheckpoint')
            ->where('o.id = :id')
            ->setParameter('id', $originId)
            ->getQuery()
            ->getArrayResult();

        return $rows[0] ?? null;
    }
}
