<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Entity\Repository;

use Doctrine\ORM\EntityRepository;
use Doctrine\ORM\Query\Expr\Join;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Entity\MailboxState;
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
        $rows = $this->getEntityManager()->createQueryBuilder()
            ->select('s.id')
            ->from(MailboxState::class, 's')
            ->where('s.lastRunAt IS NOT NULL')
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
     * What a run needs to know of mailboxes to begin, without loading entities.
     *
     * @param list<int> $originIds
     *
     * @return array<int, array{address: ?string, rootFolderId: ?string, rootCheckpoint: ?string, failing: bool, new: bool,
     *                          startOver: bool, system: bool, since: ?string}> by origin id; since in RFC 3339
     */
    public function getStarts(array $originIds): array
    {
        $rows = $this->createQueryBuilder('o')
            ->select('o.id', 'o.mailboxAddress', 'o.rootFolderId', 'o.rootCheckpoint', 's.startOver', 's.lastRunAt')
            ->addSelect('IDENTITY(o.owner) AS ownerId', 'o.since')
            ->addSelect('CASE WHEN o.lastError IS NULL AND o.nextRunAt IS NULL THEN 0 ELSE 1 END AS failing')
            ->leftJoin(MailboxState::class, 's', Join::WITH, 's.origin = o')
            ->where('o.id IN (:ids)')
            ->setParameter('ids', $originIds)
            ->getQuery()
            ->getArrayResult();
        $starts = [];
        foreach ($rows as $row) {
            $starts[(int)$row['id']] = [
                'address' => $row['mailboxAddress'],
                'rootFolderId' => $row['rootFolderId'],
                'rootCheckpoint' => $row['rootCheckpoint'],
                'failing' => (bool)$row['failing'],
                'new' => null === $row['lastRunAt'],
                'startOver' => (bool)$row['startOver'],
                'system' => null === $row['ownerId'],
                'since' => $row['since']?->format(\DateTimeInterface::RFC3339),
            ];
        }

        return $starts;
    }
}
