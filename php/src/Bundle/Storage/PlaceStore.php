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
    private const ITEMS_AT_ONCE = 500;

    /**
     * The e-mail is in this folder too; folders that it left meanwhile are taken off.
     */
    public function add(
        EntityManagerInterface $em,
        ExchangeEmailOrigin $origin,
        EmailUser $emailUser,
        EmailFolder $folder
    ): void {
        // My Emails hides what belongs to an origin that was removed, such as that of an IMAP mailbox
        if (true !== $emailUser->getOrigin()?->isActive()) {
            $emailUser->setOrigin($origin);
        }
        if (!$emailUser->getFolders()->contains($folder)) {
            $emailUser->addFolder($folder);
        }
        $occupied = $this->occupiedFolderIds($em, $origin, $emailUser);
        foreach ($emailUser->getFolders()->toArray() as $other) {
            if ($other !== $folder && $other->getOrigin() === $origin && !\in_array($other->getId(), $occupied, true)) {
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
        $this->remove($em, $origin, $folder, $this->items($em, $folder, $itemIds));
    }

    /**
     * The folder is read from its beginning: no copy in it counts as seen any more.
     */
    public function doubt(EntityManagerInterface $em, ExchangeEmailFolder $folder): void
    {
        if (null !== $folder->getId()) {
            $em->getRepository(ExchangeEmail::class)->doubt($folder);
        }
    }

    /**
     * The folder was read to its end: copies that were not seen since are gone from it.
     */
    public function forgetDoubted(EntityManagerInterface $em, ExchangeEmailOrigin $origin, ExchangeEmailFolder $folder): void
    {
        if (null === $folder->getId()) {
            return;
        }
        $em->flush();
        while ([] !== $items = $em->getRepository(ExchangeEmail::class)->findDoubted($folder, self::ITEMS_AT_ONCE)) {
            $this->remove($em, $origin, $folder, $items);
        }
    }

    /**
     * @param array<string, ExchangeEmail> $items
     */
    private function remove(
        EntityManagerInterface $em,
        ExchangeEmailOrigin $origin,
        ExchangeEmailFolder $folder,
        array $items
    ): void {
        if ([] === $items) {
            return;
        }
        foreach ($items as $item) {
            $em->remove($item);
        }
        $em->flush();
        foreach ($this->emailUsers($em, $origin, $items) as $emailUser) {
            $isStillThere = \in_array(
                $folder->getFolder()->getId(),
                $this->occupiedFolderIds($em, $origin, $emailUser),
                true
            );
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
            $item->confirm();
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
        return EmailUserOwner::of($origin)
            ->restrict($em->createQueryBuilder()->select('eu')->from(EmailUser::class, 'eu'))
            ->andWhere('eu.email IN (:emails)')
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
    private function occupiedFolderIds(EntityManagerInterface $em, ExchangeEmailOrigin $origin, EmailUser $emailUser): array
    {
        $ids = $em->createQueryBuilder()
            ->select('f.id')
            ->from(ExchangeEmail::class, 'ee')
            ->innerJoin('ee.exchangeFolder', 'ef')
            ->innerJoin('ef.folder', 'f')
            ->where('ee.email = :email AND f.origin = :origin')
            ->setParameter('email', $emailUser->getEmail())
            ->setParameter('origin', $origin)
            ->getQuery()
            ->getSingleColumnResult();

        return array_map('intval', $ids);
    }
}
