<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Lease;

use Doctrine\DBAL\Connection;
use Doctrine\DBAL\Platforms\MySQLPlatform;
use Doctrine\DBAL\Types\Types;
use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use Oro\Bundle\EmailBundle\Sync\AbstractEmailSynchronizer;

/**
 * Gives each mailbox to one run at a time, on any number of hosts: a token and an end time in the origin's row, taken by one
 * UPDATE and measured by the database's clock. A crashed run frees its mailboxes by being silent.
 *
 * The token also fences: a transaction that stores mail locks the row and checks the token first, so a run that lost its
 * lease can't write any more. Knows no engine and no mail.
 */
final class OriginLeases
{
    public const DURATION_IN_SECONDS = 900;

    private const TABLE = 'oro_email_origin';

    public function __construct(private readonly ManagerRegistry $doctrine)
    {
    }

    public static function newToken(): string
    {
        return bin2hex(random_bytes(16));
    }

    /**
     * Takes the mailboxes that nobody holds.
     *
     * @param list<int> $originIds
     *
     * @return list<int> those that now belong to the token
     */
    public function claim(array $originIds, string $token): array
    {
        $claimed = [];
        foreach ($originIds as $originId) {
            $affected = $this->connection()->executeStatement(
                \sprintf(
                    'UPDATE %s SET exchange_lease = :token, exchange_lease_until = %s, exchange_outdated = NULL'
                    . ' WHERE id = :id AND (exchange_lease IS NULL OR exchange_lease_until < %s)',
                    self::TABLE,
                    $this->end(),
                    $this->now()
                ),
                ['token' => $token, 'id' => $originId]
            );
            if ($affected > 0) {
                $claimed[] = $originId;
            }
        }

        return $claimed;
    }

    /**
     * Marks a leased mailbox as being read, for Oro's own screens.
     *
     * @return bool false: the lease is no longer the token's
     */
    public function start(int $originId, string $token): bool
    {
        return $this->connection()->executeStatement(
            \sprintf(
                'UPDATE %s SET exchange_lease_until = %s, sync_code = :code, sync_code_updated = %s'
                . ' WHERE id = :id AND exchange_lease = :token',
                self::TABLE,
                $this->end(),
                $this->now()
            ),
            ['code' => AbstractEmailSynchronizer::SYNC_CODE_IN_PROCESS, 'id' => $originId, 'token' => $token]
        ) > 0;
    }

    /**
     * A run begins: from now on it is outdated by what changes, not by what changed while it waited in the queue.
     *
     * @return int mailboxes the token holds
     */
    public function begin(string $token): int
    {
        $this->connection()->executeStatement(
            \sprintf('UPDATE %s SET exchange_outdated = NULL WHERE exchange_lease = :token', self::TABLE),
            ['token' => $token]
        );

        return $this->renew($token);
    }

    /**
     * Runs that read mailboxes of this organization now can store nothing more. They end by themselves, and the next ones
     * begin with what is known then.
     */
    public function outdate(int $organizationId): void
    {
        $this->connection()->executeStatement(
            \sprintf(
                'UPDATE %s SET exchange_outdated = :yes WHERE organization_id = :organization AND exchange_lease IS NOT NULL',
                self::TABLE
            ),
            ['yes' => true, 'organization' => $organizationId],
            ['yes' => Types::BOOLEAN]
        );
    }

    /**
     * The heartbeat: everything the token holds gets a new end time.
     *
     * @return int mailboxes it holds
     */
    public function renew(string $token): int
    {
        return (int)$this->connection()->executeStatement(
            \sprintf('UPDATE %s SET exchange_lease_until = %s WHERE exchange_lease = :token', self::TABLE, $this->end()),
            ['token' => $token]
        );
    }

    /**
     * Inside a transaction: nobody else stores mail of this mailbox until its end.
     *
     * @param string|null $token null: for a transaction outside of a run, which reads no checkpoint
     *
     * @throws LeaseLostException|RunOutdatedException
     */
    public function lock(int $originId, ?string $token): void
    {
        $row = $this->connection()->fetchAssociative(
            \sprintf('SELECT exchange_lease, exchange_outdated FROM %s WHERE id = :id FOR UPDATE', self::TABLE),
            ['id' => $originId]
        );
        if (false === $row || (null !== $token && $row['exchange_lease'] !== $token)) {
            throw new LeaseLostException($originId);
        }
        if (null !== $token && (bool)$row['exchange_outdated']) {
            throw new RunOutdatedException();
        }
    }

    /**
     * Gives one mailbox back, with the outcome where Oro's own screens look for it.
     */
    public function release(int $originId, string $token, bool $success): void
    {
        $this->connection()->executeStatement(
            \sprintf(
                'UPDATE %s SET exchange_lease = NULL, exchange_lease_until = NULL, sync_code = :code, sync_code_updated = %s%s'
                . ' WHERE id = :id AND exchange_lease = :token',
                self::TABLE,
                $this->now(),
                $success
                    ? \sprintf(', synchronized = %s, sync_count = COALESCE(sync_count, 0) + 1', $this->now())
                    : ''
            ),
            [
                'code' => $success
                    ? AbstractEmailSynchronizer::SYNC_CODE_SUCCESS
                    : AbstractEmailSynchronizer::SYNC_CODE_FAILURE,
                'id' => $originId,
                'token' => $token,
            ]
        );
    }

    /**
     * Gives back whatever the token still holds: mailboxes that were not reached, or not to their end. They are due at once.
     */
    public function releaseAll(string $token): void
    {
        $this->connection()->executeStatement(
            \sprintf(
                'UPDATE %s SET exchange_lease = NULL, exchange_lease_until = NULL,'
                . ' sync_code = CASE WHEN sync_code = :running THEN :success ELSE sync_code END'
                . ' WHERE exchange_lease = :token',
                self::TABLE
            ),
            [
                'token' => $token,
                'running' => AbstractEmailSynchronizer::SYNC_CODE_IN_PROCESS,
                'success' => AbstractEmailSynchronizer::SYNC_CODE_SUCCESS,
            ]
        );
    }

    private function now(): string
    {
        // Oro keeps UTC in its datetime columns; clock_timestamp() goes on inside of a transaction, now() does not
        return $this->connection()->getDatabasePlatform() instanceof MySQLPlatform
            ? 'UTC_TIMESTAMP()'
            : "(clock_timestamp() AT TIME ZONE 'UTC')";
    }

    private function end(): string
    {
        return $this->connection()->getDatabasePlatform() instanceof MySQLPlatform
            ? \sprintf('UTC_TIMESTAMP() + INTERVAL %d SECOND', self::DURATION_IN_SECONDS)
            : \sprintf("(clock_timestamp() AT TIME ZONE 'UTC') + INTERVAL '%d seconds'", self::DURATION_IN_SECONDS);
    }

    private function connection(): Connection
    {
        return $this->doctrine->getManagerForClass(ExchangeEmailOrigin::class)->getConnection();
    }
}
