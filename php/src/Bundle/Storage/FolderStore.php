<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Storage;

use Doctrine\ORM\EntityManagerInterface;
use ExchangeMail\Bundle\Entity\ExchangeEmailFolder;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeSync\Folder;
use Oro\Bundle\EmailBundle\Entity\EmailFolder;

/**
 * Finds or makes Oro's folder for a folder of Exchange, by Exchange's id: names change, and two mailboxes have the same.
 */
final class FolderStore
{
    private const NAME_LENGTH = 255;

    public function resolve(EntityManagerInterface $em, ExchangeEmailOrigin $origin, Folder $folder): ExchangeEmailFolder
    {
        $known = $em->getRepository(ExchangeEmailFolder::class)->createQueryBuilder('ef')
            ->select('ef', 'f')
            ->innerJoin('ef.folder', 'f')
            ->where('f.origin = :origin AND ef.folderId = :id')
            ->setParameter('origin', $origin)
            ->setParameter('id', $folder->id)
            ->orderBy('ef.id')
            ->setMaxResults(1)
            ->getQuery()
            ->getOneOrNullResult();
        if (null === $known) {
            $emailFolder = (new EmailFolder())->setOrigin($origin)->setSyncEnabled(true);
            $known = new ExchangeEmailFolder($emailFolder, $folder->id);
            $em->persist($emailFolder);
            $em->persist($known);
        }
        $known->getFolder()
            ->setName(Text::shortened($folder->name, self::NAME_LENGTH))
            ->setFullName(Text::shortened($folder->path, self::NAME_LENGTH))
            ->setType($folder->type);

        return $known;
    }
}
