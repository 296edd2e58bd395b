<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Entity\Repository;

use Doctrine\DBAL\Connection;
use Doctrine\DBAL\Platforms\MySQLPlatform;
use Doctrine\DBAL\Types\Types;
use Doctrine\ORM\EntityRepository;
use ExchangeMail\Bundle\Entity\LateAddress;
use ExchangeMail\Bundle\Lease\DatabaseClock;

/**
 * The list of addresses whose earlier mail is still to be searched for.
 *
 * @extends EntityRepository<LateAddress>
 */
class LateAddressRepository extends EntityRepository
{
    private const TABLE = 'exchange_mail_late_address';

    /**
     * Without the entity manager: called while it is flushing. An address that already waits is left as it is.
     *
     * @param string $email as Oro spells it
     */
    public function remember(int $organizationId, string $email): void
    {
        $isMySql = $this->connection()->getDatabasePlatform() instanceof MySQLPlatform;
        $this->connection()->executeStatement(
            \sprintf(
                'INSERT %sINTO %s (organization_id, email, created_at) VALUES (:organization, :email, :now)%s',
                $isMySql ? 'IGNORE ' : '',
                self::TABLE,
                $isMySql ? '' : ' ON CONFLICT DO NOTHING'
            ),
            ['organization' => $organizationId, 'email' => $email, 'now' => new \DateTime('now', new \DateTimeZone('UTC'))],
            ['now' => Types::DATETIME_MUTABLE]
        );
    }

    public function isEmpty(): bool
    {
        return false === $this->connection()->fetchOne(\sprintf('SELECT 1 FROM %s LIMIT 1', self::TABLE));
    }

    /**
     * Notes that everybody who reads the addresses from now on knows those that are on the list.
     */
    public function markSeen(): void
    {
        $this->connection()->executeStatement(\sprintf(
            'UPDATE %s SET seen_at = %s WHERE seen_at IS NULL',
            self::TABLE,
            DatabaseClock::now($this->connection())
        ));
    }

    /**
     * @param int $seconds how long an address was on the list at least
     *
     * @return list<int> ids of organizations with addresses that no search has
     */
    public function getWaitingOrganizations(int $seconds): array
    {
        return array_map('intval', $this->connection()->fetchFirstColumn(\sprintf(
            'SELECT DISTINCT organization_id FROM %s WHERE %s ORDER BY organization_id',
            self::TABLE,
            $this->isWaiting($seconds)
        )));
    }

    /**
     * Gives the addresses that no search has to one.
     *
     * @param int $seconds    how long an address was on the list at least
     * @param int $forSeconds a search that does not go on until then was lost
     */
    public function queue(int $organizationId, string $ticket, int $seconds, int $forSeconds): void
    {
        $this->connection()->executeStatement(
            \sprintf(
                'UPDATE %s SET ticket = :ticket, queued_until = %s WHERE organization_id = :organization AND %s',
                self::TABLE,
                DatabaseClock::in($this->connection(), $forSeconds),
                $this->isWaiting($seconds)
            ),
            ['ticket' => $ticket, 'organization' => $organizationId]
        );
    }

    /**
     * The search goes on.
     */
    public function renew(string $ticket, int $forSeconds): void
    {
        $this->connection()->executeStatement(
            \sprintf(
                'UPDATE %s SET queued_until = %s WHERE ticket = :ticket',
                self::TABLE,
                DatabaseClock::in($this->connection(), $forSeconds)
            ),
            ['ticket' => $ticket]
        );
    }

    /**
     * Takes addresses from a search; they wait for the next one.
     *
     * @param \DateTimeInterface|null $notSeenBefore those that were not seen before this moment; null: all
     */
    public function release(string $ticket, ?\DateTimeInterface $notSeenBefore = null): void
    {
        $parameters = ['ticket' => $ticket];
        if (null !== $notSeenBefore) {
            $parameters['moment'] = \DateTime::createFromInterface($notSeenBefore);
        }
        $this->connection()->executeStatement(
            \sprintf('UPDATE %s SET ticket = NULL, queued_until = NULL WHERE ticket = :ticket', self::TABLE)
            . (null === $notSeenBefore ? '' : ' AND seen_at >= :moment'),
            $parameters,
            ['moment' => Types::DATETIME_MUTABLE]
        );
    }

    /**
     * @return array<int, string> the oldest addresses of a search by id
     */
    public function getQueued(string $ticket, int $limit): array
    {
        return $this->emails('a.ticket = :value', $ticket, $limit);
    }

    /**
     * @return array<int, string> all addresses on an organization's list by id, the oldest first
     */
    public function getAll(int $organizationId, int $limit): array
    {
        return $this->emails('IDENTITY(a.organization) = :value', $organizationId, $limit);
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
     * The search is over.
     */
    public function forget(string $ticket): void
    {
        $this->connection()->executeStatement(
            \sprintf('DELETE FROM %s WHERE ticket = :ticket', self::TABLE),
            ['ticket' => $ticket]
        );
    }

    private function isWaiting(int $seconds): string
    {
        return \sprintf(
            'seen_at <= %s AND (queued_until IS NULL OR queued_until < %s)',
            DatabaseClock::in($this->connection(), -$seconds),
            DatabaseClock::now($this->connection())
        );
    }

    /**
     * @return array<int, string>
     */
    private function emails(string $condition, int|string $value, int $limit): array
    {
        $rows = $this->createQueryBuilder('a')
            ->select('a.id', 'a.email')
            ->where($condition)
            ->setParameter('value', $value)
            ->orderBy('a.id')
            ->setMaxResults($limit)
            ->getQuery()
            ->getArrayResult();

        return array_column($rows, 'email', 'id');
    }

    private function connection(): Connection
    {
        return $this->getEntityManager()->getConnection();
    }
}
