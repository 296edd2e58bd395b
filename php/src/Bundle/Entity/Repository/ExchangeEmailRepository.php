<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Entity\Repository;

use Doctrine\DBAL\Types\Types;
use Doctrine\ORM\EntityRepository;
use ExchangeMail\Bundle\Entity\ExchangeEmail;
use ExchangeMail\Bundle\Entity\ExchangeEmailFolder;
use ExchangeMail\Bundle\Storage\Rows;
use Oro\Bundle\EmailBundle\Entity\Email;
use Oro\Bundle\EmailBundle\Entity\EmailFolder;

/**
 * Finds stored e-mails by their place in Exchange, and the place by e-mail.
 *
 * @extends EntityRepository<ExchangeEmail>
 */
class ExchangeEmailRepository extends EntityRepository
{
    /**
     * @param list<string> $itemIds EWS ItemIds; unknown ones are ignored
     *
     * @return array<string, ExchangeEmail> by EWS ItemId
     */
    public function findByItemIds(ExchangeEmailFolder $folder, array $itemIds): array
    {
        if ([] === $itemIds) {
            return [];
        }

        $items = $this->createQueryBuilder('ee')
            ->select('ee', 'e')
            ->innerJoin('ee.email', 'e')
            ->where('ee.exchangeFolder = :folder AND ee.itemHash IN (:hashes)')
            ->setParameter('folder', $folder)
            ->setParameter('hashes', array_map(ExchangeEmail::hash(...), $itemIds))
            ->getQuery()
            ->getResult();

        return self::byItemId($items);
    }

    /**
     * Takes the confirmation from every item of the folder.
     */
    public function doubt(ExchangeEmailFolder $folder): void
    {
        $this->getEntityManager()->createQueryBuilder()
            ->update(ExchangeEmail::class, 'ee')
            ->set('ee.confirmed', ':no')
            ->where('ee.exchangeFolder = :folder')
            ->setParameter('no', false, Types::BOOLEAN)
            ->setParameter('folder', $folder)
            ->getQuery()
            ->execute();
    }

    /**
     * @return array<string, ExchangeEmail> items without confirmation, by EWS ItemId
     */
    public function findDoubted(ExchangeEmailFolder $folder, int $limit): array
    {
        return self::byItemId($this->createQueryBuilder('ee')
            ->select('ee', 'e')
            ->innerJoin('ee.email', 'e')
            ->where('ee.exchangeFolder = :folder AND ee.confirmed = :no')
            ->setParameter('folder', $folder)
            ->setParameter('no', false, Types::BOOLEAN)
            ->orderBy('ee.id')
            ->setMaxResults($limit)
            ->getQuery()
            ->getResult());
    }

    /**
     * Inserts new items.
     *
     * @param array<string, int> $emailIds by EWS ItemId
     */
    public function add(ExchangeEmailFolder $folder, array $emailIds): void
    {
        $rows = [];
        foreach ($emailIds as $itemId => $emailId) {
            $rows[] = [$emailId, $folder->getId(), (string)$itemId, ExchangeEmail::hash((string)$itemId), true];
        }
        Rows::insert(
            $this->getEntityManager()->getConnection(),
            'exchange_mail_email',
            ['email_id', 'exchange_folder_id', 'item_id', 'item_hash', 'confirmed'],
            $rows,
            [4 => Types::BOOLEAN]
        );
    }

    /**
     * @param list<ExchangeEmail> $items
     *
     * @return array<string, ExchangeEmail>
     */
    private static function byItemId(array $items): array
    {
        $byId = [];
        foreach ($items as $item) {
            $byId[$item->getItemId()] = $item;
        }

        return $byId;
    }

    /**
     * The item of this e-mail in one of Oro's folders.
     */
    public function findOneInFolder(Email $email, EmailFolder $folder): ?ExchangeEmail
    {
        return $this->createQueryBuilder('ee')
            ->select('ee', 'ef')
            ->innerJoin('ee.exchangeFolder', 'ef')
            ->where('ee.email = :email AND ef.folder = :folder')
            ->setParameter('email', $email)
            ->setParameter('folder', $folder)
            ->orderBy('ee.id', 'DESC')
            ->setMaxResults(1)
            ->getQuery()
            ->getOneOrNullResult();
    }
}
