<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Entity\Repository;

use Doctrine\ORM\EntityRepository;
use ExchangeMail\Bundle\Entity\ExchangeEmailFolder;
use Oro\Bundle\EmailBundle\Entity\EmailOrigin;

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
     * @return array<string, string> checkpoint by EWS FolderId
     */
    public function getCheckpoints(EmailOrigin $origin): array
    {
        $rows = $this->createQueryBuilder('ef')
            ->select('ef.folderId', 'ef.checkpoint')
            ->innerJoin('ef.folder', 'f')
            ->where('f.origin = :origin AND ef.checkpoint IS NOT NULL')
            ->setParameter('origin', $origin)
            ->getQuery()
            ->getArrayResult();

        return array_column($rows, 'checkpoint', 'folderId');
    }
}
