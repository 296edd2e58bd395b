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
    /**
     * The origins of one address: one an organization in which its user or system mailbox works.
     *
     * @return list<ExchangeEmailOrigin>
     */
    public function findByMailboxAddress(string $address): array
    {
        return $this->findBy(['mailboxAddress' => mb_strtolower(trim($address))], ['id' => 'ASC']);
    }

    /**
     * The ids of the mailboxes that Oro may read.
     *
     * @return list<int>
     */
    public function getActiveIds(): array
    {
        $ids = $this->createQueryBuilder('o')
            ->select('o.id')
            ->where('o.isActive = :yes AND (o.isSyncEnabled = :yes OR o.isSyncEnabled IS NULL)')
            ->setParameter('yes', true)
            ->orderBy('o.id')
            ->getQuery()
            ->getSingleColumnResult();

        return array_map('intval', $ids);
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
