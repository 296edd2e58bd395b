<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Status;

use Doctrine\ORM\EntityManagerInterface;
use Doctrine\Persistence\ManagerRegistry;
use Oro\Bundle\EmailBundle\Entity\EmailFolder;
use Oro\Bundle\ImapBundle\Entity\UserEmailOrigin;

/**
 * What a user may know of the mailboxes that are read for him, by Exchange and by IMAP.
 */
final class UserMailboxes
{
    public function __construct(
        private readonly StatusProvider $statusProvider,
        private readonly ManagerRegistry $doctrine
    ) {
    }

    /**
     * @return list<MailboxStatus> the user's mailboxes in Exchange
     */
    public function getMailboxes(int $userId): array
    {
        return iterator_to_array($this->statusProvider->getStatusesOfUser($userId), false);
    }

    /**
     * @return list<string> paths of the folders that mail is collected from
     */
    public function getFolders(int $originId): array
    {
        $rows = $this->em()->createQueryBuilder()
            ->select('f.fullName')
            ->from(EmailFolder::class, 'f')
            ->where('f.origin = :origin AND f.outdatedAt IS NULL')
            ->orderBy('f.fullName')
            ->setParameter('origin', $originId)
            ->getQuery()
            ->getArrayResult();

        return array_values(array_unique(array_column($rows, 'fullName')));
    }

    public function isReadByImap(int $userId): bool
    {
        $rows = $this->em()->createQueryBuilder()
            ->select('o.id')
            ->from(UserEmailOrigin::class, 'o')
            ->where('o.owner = :user AND o.imapHost IS NOT NULL AND o.isActive = true')
            ->andWhere('o.isSyncEnabled IS NULL OR o.isSyncEnabled = true')
            ->setParameter('user', $userId)
            ->setMaxResults(1)
            ->getQuery()
            ->getArrayResult();

        return [] !== $rows;
    }

    private function em(): EntityManagerInterface
    {
        return $this->doctrine->getManagerForClass(EmailFolder::class);
    }
}
