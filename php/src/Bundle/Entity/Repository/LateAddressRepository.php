<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Entity\Repository;

use Doctrine\DBAL\Platforms\MySQLPlatform;
use Doctrine\DBAL\Types\Types;
use Doctrine\ORM\EntityRepository;
use ExchangeMail\Bundle\Entity\LateAddress;

/**
 * The list of addresses whose earlier mail is still to be searched for.
 *
 * @extends EntityRepository<LateAddress>
 */
class LateAddressRepository extends EntityRepository
{
    /**
     * Without the entity manager: called while it is flushing. An address that already waits is left as it is.
     */
    public function remember(int $organizationId, string $email): void
    {
        $connection = $this->getEntityManager()->getConnection();
        $sql = $connection->getDatabasePlatform() instanceof MySQLPlatform
            ? 'INSERT IGNORE INTO exchange_mail_late_address (organization_id, email, created_at)'
                . ' VALUES (:organization, :email, :now)'
            : 'INSERT INTO exchange_mail_late_address (organization_id, email, created_at)'
                . ' VALUES (:organization, :email, :now) ON CONFLICT DO NOTHING';
        $connection->executeStatement(
            $sql,
            ['organization' => $organizationId, 'email' => mb_strtolower($email), 'now' => self::now()],
            ['now' => Types::DATETIME_MUTABLE]
        );
    }

    /**
     * @param int $minutes how long the oldest address waits at least
     *
     * @return list<int> ids of organizations
     */
    public function getWaitingOrganizations(int $minutes): array
    {
        $ids = $this->createQueryBuilder('a')
            ->select('DISTINCT IDENTITY(a.organization)')
            ->where('a.createdAt <= :border')
            ->setParameter('border', self::now()->modify(\sprintf('-%d minutes', $minutes)), Types::DATETIME_MUTABLE)
            ->getQuery()
            ->getSingleColumnResult();

        return array_map('intval', $ids);
    }

    /**
     * @return array<int, string> the oldest addresses by id
     */
    public function getWaiting(int $organizationId, int $limit): array
    {
        $rows = $this->createQueryBuilder('a')
            ->select('a.id', 'a.email')
            ->where('IDENTITY(a.organization) = :organization')
            ->setParameter('organization', $organizationId)
            ->orderBy('a.id')
            ->setMaxResults($limit)
            ->getQuery()
            ->getArrayResult();

        return array_column($rows, 'email', 'id');
    }

    /**
     * @return string another one after each address that came or went
     */
    public function getState(int $organizationId): string
    {
        $row = $this->createQueryBuilder('a')
            ->select('COUNT(a.id) AS number', 'SUM(a.id) AS ids')
            ->where('IDENTITY(a.organization) = :organization')
            ->setParameter('organization', $organizationId)
            ->getQuery()
            ->getSingleResult();

        return $row['number'] . ':' . $row['ids'];
    }

    /**
     * @param list<int> $ids
     */
    public function forget(array $ids): void
    {
        foreach (array_chunk($ids, 1000) as $chunk) {
            $this->getEntityManager()->createQueryBuilder()
                ->delete(LateAddress::class, 'a')
                ->where('a.id IN (:ids)')
                ->setParameter('ids', $chunk)
                ->getQuery()
                ->execute();
        }
    }

    public function forgetAll(int $organizationId): void
    {
        $this->getEntityManager()->createQueryBuilder()
            ->delete(LateAddress::class, 'a')
            ->where('a.organization = :organization')
            ->setParameter('organization', $organizationId)
            ->getQuery()
            ->execute();
    }

    private static function now(): \DateTime
    {
        return new \DateTime('now', new \DateTimeZone('UTC'));
    }
}
