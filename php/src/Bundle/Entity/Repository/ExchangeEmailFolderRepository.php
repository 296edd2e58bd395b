<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Entity\Repository;

use Doctrine\ORM\EntityRepository;
use ExchangeMail\Bundle\Entity\ExchangeEmailFolder;

/**
 * Finds the Exchange side of Oro's mail folders.
 *
 * @extends EntityRepository<ExchangeEmailFolder>
 */
class ExchangeEmailFolderRepository extends EntityRepository
{
    /**
     * What the engine needs to go on where it stopped, without loading entities.
     *
     * @param list<int> $originIds
     *
     * @return array<int, array<string, string>> checkpoint by EWS FolderId, by origin id
     */
    public function getCheckpoints(array $originIds): array
    {
        $rows = $this->createQueryBuilder('ef')
            ->select('IDENTITY(f.origin) AS origin', 'ef.folderId', 'ef.checkpoint')
            ->innerJoin('ef.folder', 'f')
            ->where('f.origin IN (:origins) AND ef.checkpoint IS NOT NULL')
            ->setParameter('origins', $originIds)
            ->getQuery()
            ->getArrayResult();
        $checkpoints = [];
        foreach ($rows as $row) {
            $checkpoints[(int)$row['origin']][$row['folderId']] = $row['checkpoint'];
        }

        return $checkpoints;
    }
}
