<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Entity\Repository;

use Doctrine\ORM\EntityRepository;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use Oro\Bundle\EmailBundle\Entity\Mailbox;

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
     * The origin of a system mailbox that was read from Exchange before, with its folders.
     */
    public function findFormer(Mailbox $mailbox): ?ExchangeEmailOrigin
    {
        return $this->createQueryBuilder('o')
            ->leftJoin('o.mailbox', 'm')
            ->where('o.owner IS NULL AND m.id IS NULL AND o.mailboxAddress = :address AND o.organization = :organization')
            ->setParameter('address', mb_strtolower((string)$mailbox->getEmail()))
            ->setParameter('organization', $mailbox->getOrganization())
            ->orderBy('o.id', 'DESC')
            ->setMaxResults(1)
            ->getQuery()
            ->getOneOrNullResult();
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
