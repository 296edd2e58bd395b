<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Storage;

use Doctrine\ORM\EntityManagerInterface;
use ExchangeMail\Bundle\Entity\ExchangeEmailFolder;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeSync\Folder;
use Oro\Bundle\EmailBundle\Entity\EmailFolder;
use Oro\Bundle\EmailBundle\Model\FolderType;

/**
 * Finds or makes Oro's folder for a folder of Exchange, by Exchange's id: names change, and two mailboxes have the same.
 */
final class FolderStore
{
    private const NAME_LENGTH = 255;

    /** Of these a mailbox has one each, whatever its language calls them. */
    private const SINGLE_TYPES = [
        FolderType::INBOX, FolderType::SENT, FolderType::DRAFTS, FolderType::SPAM, FolderType::TRASH,
    ];

    public function resolve(EntityManagerInterface $em, ExchangeEmailOrigin $origin, Folder $folder): ExchangeEmailFolder
    {
        $known = $this->find($em, $origin, $folder->id) ?? $this->create($em, $origin, $folder);
        $known->getFolder()
            ->setName(Text::shortened($folder->name, self::NAME_LENGTH))
            ->setFullName(Text::shortened($folder->path, self::NAME_LENGTH))
            ->setType($folder->type)
            ->setOutdatedAt(null);

        return $known;
    }

    /**
     * @param string $folderId EWS FolderId
     */
    public function find(EntityManagerInterface $em, ExchangeEmailOrigin $origin, string $folderId): ?ExchangeEmailFolder
    {
        $folders = $em->getRepository(ExchangeEmailFolder::class)->createQueryBuilder('ef')
            ->select('ef', 'f')
            ->innerJoin('ef.folder', 'f')
            ->where('f.origin = :origin AND ef.folderId = :id')
            ->setParameter('origin', $origin)
            ->setParameter('id', $folderId)
            ->orderBy('ef.id')
            ->getQuery()
            ->getResult();
        foreach ($folders as $folder) {
            // MySQL compares without regard to case
            if ($folder->getFolderId() === $folderId) {
                return $folder;
            }
        }

        return null;
    }

    /**
     * Oro's folder stays as long as it has mail, which is in no list without it.
     */
    public function remove(EntityManagerInterface $em, ExchangeEmailFolder $folder): void
    {
        $emailFolder = $folder->getFolder();
        $hasMail = (int)$em->getConnection()->fetchOne(
            'SELECT COUNT(*) FROM oro_email_user_folders WHERE folder_id = :id',
            ['id' => $emailFolder->getId()]
        ) > 0;
        $em->remove($folder);
        if ($hasMail) {
            $emailFolder->setOutdatedAt(new \DateTime('now', new \DateTimeZone('UTC')));
            $emailFolder->setSyncEnabled(false);
        } else {
            $em->remove($emailFolder);
        }
    }

    /**
     * A folder of Oro's that Exchange does not know yet is taken first: of another server, or made for a system mailbox.
     */
    private function create(EntityManagerInterface $em, ExchangeEmailOrigin $origin, Folder $folder): ExchangeEmailFolder
    {
        $query = $em->createQueryBuilder()
            ->select('f')
            ->from(EmailFolder::class, 'f')
            ->leftJoin(ExchangeEmailFolder::class, 'ef', 'WITH', 'ef.folder = f')
            ->where('f.origin = :origin AND ef.id IS NULL')
            ->setParameter('origin', $origin)
            ->orderBy('f.id')
            ->setMaxResults(1);
        if (\in_array($folder->type, self::SINGLE_TYPES, true)) {
            $query->andWhere('f.type = :type')->setParameter('type', $folder->type);
        } else {
            $query->andWhere('f.fullName = :path AND f.type NOT IN (:types)')
                ->setParameter('path', Text::shortened($folder->path, self::NAME_LENGTH))
                ->setParameter('types', self::SINGLE_TYPES);
        }
        $emailFolder = $query->getQuery()->getOneOrNullResult() ?? (new EmailFolder())->setOrigin($origin);
        $emailFolder->setSyncEnabled(true);
        // FolderStore::resolve() gives it its names before anything is written
        $known = new ExchangeEmailFolder($emailFolder, $folder->id);
        $em->persist($emailFolder);
        $em->persist($known);

        return $known;
    }
}
