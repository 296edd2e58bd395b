<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Storage;

use Doctrine\ORM\EntityManagerInterface;
use ExchangeMail\Bundle\Entity\ExchangeEmail;
use ExchangeMail\Bundle\Entity\ExchangeEmailFolder;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use Oro\Bundle\EmailBundle\Entity\EmailFolder;
use Oro\Bundle\EmailBundle\Entity\EmailUser;

/**
 * Keeps folders and read flags of stored e-mails as they are in Exchange. Mail that is deleted there stays in Oro, in the
 * folder where it was last: an e-mail without a folder is in none of Oro's lists.
 */
final class PlaceStore
{
    /**
     * The e-mail is in this folder too; folders that it left meanwhile are taken off.
     */
    public function add(EntityManagerInterface $em, EmailUser $emailUser, EmailFolder $folder): void
    {
        if (!$emailUser->getFolders()->contains($folder)) {
            $emailUser->addFolder($folder);
        }
        $occupied = $this->occupiedFolderIds($em, $emailUser);
        foreach ($emailUser->getFolders()->toArray() as $other) {
            if ($other !== $folder && !\in_array($other->getId(), $occupied, true)) {
                $emailUser->removeFolder($other);
            }
        }
    }

    /**
     * The e-mails, which were inserted just now, are in this folder. Oro's listeners and the entities do not see it.
     *
     * @param list<EmailUser> $emailUsers
     */
    public function addNew(EntityManagerInterface $em, array $emailUsers, EmailFolder $folder): void
    {
        Rows::insert(
            $em->getConnection(),
            'oro_email_user_folders',
            ['email_user_id', 'folder_id'],
            array_map(static fn (EmailUser $emailUser): array => [$emailUser->getId(), $folder->getId()], $emailUsers)
        );
    }

    /**
     * The items are no longer in this folder.
     *
     * @param list<string> $itemIds unknown ones are ignored
     */
    public function forget(
        EntityManagerInterface $em,
        ExchangeEmailOrigin $origin,
        ExchangeEmailFolder $folder,
        array $itemIds
    ): void {
        $items = $this->items($em, $folder, $itemIds);
        if ([] === $items) {
            return;
        }
        foreach ($items as $item) {
            $em->remove($item);
        }
        $em->flush();
        foreach ($this->emailUsers($em, $origin, $items) as $emailUser) {
            $isStillThere = \in_array($folder->getFolder()->getId(), $this->occupiedFolderIds($em, $emailUser), true);
            if (!$isStillThere && $emailUser->getFolders()->count() > 1) {
                $emailUser->removeFolder($folder->getFolder());
            }
        }
    }

    /**
     * @param array<string, bool> $flags read or not by EWS ItemId; unknown ones are ignored
     */
    public function mark(
        EntityManagerInterface $em,
        ExchangeEmailOrigin $origin,
        ExchangeEmailFolder $folder,
        array $flags
    ): void {
        $items = $this->items($em, $folder, array_map('strval', array_keys($flags)));
        if ([] === $items) {
            return;
        }
        $readByEmail = [];
        foreach ($items as $itemId => $item) {
            $readByEmail[$item->getEmail()->getId()] = $flags[$itemId];
        }
        $ids = [true => [], false => []];
        foreach ($this->emailUsers($em, $origin, $items) as $emailUser) {
            $ids[$readByEmail[$emailUser->getEmail()->getId()]][] = $emailUser->getId();
        }
        $repository = $em->getRepository(EmailUser::class);
        foreach ([true, false] as $read) {
            if ([] !== $ids[$read]) {
                // leaves alone what a user of Oro has just changed and what is still on its way to Exchange
                $repository->setEmailUsersSeen($ids[$read], $read);
            }
        }
    }

    /**
     * @param list<string> $itemIds
     *
     * @return array<string, ExchangeEmail>
     */
    private function items(EntityManagerInterface $em, ExchangeEmailFolder $folder, array $itemIds): array
    {
        return [] === $itemIds || null === $folder->getId()
            ? []
            : $em->getRepository(ExchangeEmail::class)->findByItemIds($folder, $itemIds);
    }

    /**
     * @param array<string, ExchangeEmail> $items
     *
     * @return list<EmailUser>
     */
    private function emailUsers(EntityManagerInterface $em, ExchangeEmailOrigin $origin, array $items): array
    {
        return $em->createQueryBuilder()
            ->select('eu')
            ->from(EmailUser::class, 'eu')
            ->where('eu.origin = :origin AND eu.email IN (:emails)')
            ->setParameter('origin', $origin)
            ->setParameter('emails', array_values(array_map(
                static fn (ExchangeEmail $item): ?int => $item->getEmail()->getId(),
                $items
            )))
            ->getQuery()
            ->getResult();
    }

    /**
     * @return list<int> ids of Oro's folders in which Exchange has the e-mail
     */
    private function occupiedFolderIds(EntityManagerInterface $em, EmailUser $emailUser): array
    {
        $ids = $em->createQueryBuilder()
            ->select('f.id')
            ->from(ExchangeEmail::class, 'ee')
            ->innerJoin('ee.exchangeFolder', 'ef')
            ->innerJoin('ef.folder', 'f')
            ->where('ee.email = :email AND f.origin = :origin')
            ->setParameter('email', $emailUser->getEmail())
            ->setParameter('origin', $emailUser->getOrigin())
            ->getQuery()
            ->getSingleColumnResult();

        return array_map('intval', $ids);
    }
}
