<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Entity\Repository;

use Doctrine\DBAL\Types\Types;
use Doctrine\ORM\EntityRepository;
use ExchangeMail\Bundle\Entity\ExchangeEmail;
use ExchangeMail\Bundle\Entity\ExchangeEmailFolder;
use ExchangeMail\Bundle\Entity\FailedItem;

/**
 * The list of items that are still to be stored.
 *
 * @extends EntityRepository<FailedItem>
 */
class FailedItemRepository extends EntityRepository
{
    /**
     * @param list<string> $itemIds EWS ItemIds; unknown ones are ignored
     *
     * @return array<string, FailedItem> by EWS ItemId
     */
    public function findByItemIds(ExchangeEmailFolder $folder, array $itemIds): array
    {
        if ([] === $itemIds || null === $folder->getId()) {
            return [];
        }
        $items = $this->createQueryBuilder('i')
            ->where('i.exchangeFolder = :folder AND i.itemHash IN (:hashes)')
            ->setParameter('folder', $folder)
            ->setParameter('hashes', array_map(ExchangeEmail::hash(...), $itemIds))
            ->getQuery()
            ->getResult();
        $byId = [];
        foreach ($items as $item) {
            $byId[$item->getItemId()] = $item;
        }

        return $byId;
    }

    /**
     * @param list<int> $originIds
     *
     * @return list<int> ids of items whose time has come, the longest waiting first
     */
    public function getDue(array $originIds, int $limit): array
    {
        if ([] === $originIds) {
            return [];
        }
        $ids = $this->createQueryBuilder('i')
            ->select('i.id')
            ->where('IDENTITY(i.origin) IN (:origins) AND i.nextTryAt <= :now')
            ->setParameter('origins', $originIds)
            ->setParameter('now', self::at('now'), Types::DATETIME_MUTABLE)
            ->orderBy('i.nextTryAt')
            ->addOrderBy('i.id')
            ->setMaxResults($limit)
            ->getQuery()
            ->getSingleColumnResult();

        return array_map('intval', $ids);
    }

    /**
     * The server can't be asked for these now, which is no try of theirs.
     *
     * @param list<int> $ids
     */
    public function postpone(array $ids, int $minutes): void
    {
        $this->getEntityManager()->createQueryBuilder()
            ->update(FailedItem::class, 'i')
            ->set('i.nextTryAt', ':next')
            ->where('i.id IN (:ids)')
            ->setParameter('next', self::at(\sprintf('+%d minutes', $minutes)), Types::DATETIME_MUTABLE)
            ->setParameter('ids', $ids)
            ->getQuery()
            ->execute();
    }

    /**
     * @param int $hours how long it has been tried at least
     */
    public function isOld(int $originId, string $itemId, int $hours): bool
    {
        return null !== $this->createQueryBuilder('i')
            ->select('i.id')
            ->where('IDENTITY(i.origin) = :origin AND i.itemHash = :hash AND i.firstTryAt <= :border')
            ->setParameter('origin', $originId)
            ->setParameter('hash', ExchangeEmail::hash($itemId))
            ->setParameter('border', self::at(\sprintf('-%d hours', $hours)), Types::DATETIME_MUTABLE)
            ->setMaxResults(1)
            ->getQuery()
            ->getOneOrNullResult();
    }

    /**
     * Whether another item of the mailbox failed alike just now.
     */
    public function hasAnother(int $originId, string $itemId, string $errorClass, int $minutes): bool
    {
        return null !== $this->createQueryBuilder('i')
            ->select('i.id')
            ->where('IDENTITY(i.origin) = :origin AND i.itemHash <> :hash AND i.errorClass = :class AND i.lastTryAt >= :border')
            ->setParameter('origin', $originId)
            ->setParameter('hash', ExchangeEmail::hash($itemId))
            ->setParameter('class', $errorClass)
            ->setParameter('border', self::at(\sprintf('-%d minutes', $minutes)), Types::DATETIME_MUTABLE)
            ->setMaxResults(1)
            ->getQuery()
            ->getOneOrNullResult();
    }

    private static function at(string $moment): \DateTime
    {
        return new \DateTime($moment, new \DateTimeZone('UTC'));
    }
}
