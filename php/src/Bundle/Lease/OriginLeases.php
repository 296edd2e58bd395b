<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Lease;

use Doctrine\DBAL\Connection;
use Doctrine\DBAL\Platforms\MySQLPlatform;
use Doctrine\DBAL\Types\Types;
use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Entity\MailboxState;
use ExchangeMail\Bundle\Exception\LeaseLostException;

/**
 * Gives each mailbox to one message of the queue and to one run at a time, on any number of hosts: a token and an end time in
 * the mailbox's state, taken by one UPDATE for many and measured by the database's clock. A lost message and a crashed run free
 * their mailboxes by being silent.
 *
 * The token also fences: a transaction that stores mail locks the state and checks the token first, so a run that lost its
 * lease can't write any more. Knows no engine and no mail.
 */
class OriginLeases
{
    public const DURATION_IN_SECONDS = 900;

    /** A message that waits longer was lost, or a second one does no harm: whoever comes first takes the mailboxes. */
    public const QUEUED_IN_SECONDS = 900;

    private const TABLE = 'exchange_mail_mailbox_state';

    private const IDS = Connection::PARAM_INT_ARRAY;

    public function __construct(private readonly ManagerRegistry $doctrine)
    {
    }

    public static function newToken(): string
    {
        return bin2hex(random_bytes(16));
    }

    /**
     * Marks the mailboxes that nobody reads and no message waits for.
     *
     * @param list<int> $originIds
     *
     * @return list<int> those that are now the ticket's
     */
    public function queue(array $originIds, string $ticket): array
    {
        return $this->mark($originIds, 'ticket', $ticket, \sprintf(
            'UPDATE %s SET ticket = :token, queued_until = %s WHERE origin_id IN (:ids) AND %s AND %s',
            self::TABLE,
            $this->in(self::QUEUED_IN_SECONDS),
            $this->isFree(),
            \sprintf('(queued_until IS NULL OR queued_until < %s)', $this->now())
        ));
    }

    /**
     * Takes the mailboxes of a message: those that still wait for one, and those that a crashed consumer had of this very message.
     *
     * @param list<int> $originIds
     *
     * @return list<int> those that now belong to the token
     */
    public function takeQueued(array $originIds, string $ticket, string $token): array
    {
        return $this->mark(
            $originIds,
            'lease',
            $token,
            \sprintf(
                'UPDATE %s SET %s, ticket = :ticket WHERE origin_id IN (:ids)'
                . ' AND ((queued_until IS NOT NULL AND %s) OR (ticket = :ticket AND lease IS NOT NULL))',
                self::TABLE,
                $this->leased(),
                $this->isFree()
            ),
            ['ticket' => $ticket]
        );
    }

    /**
     * Takes the mailboxes that nobody reads.
     *
     * @param list<int> $originIds
     *
     * @return list<int> those that now belong to the token
     */
    public function take(array $originIds, string $token): array
    {
        return $this->mark($originIds, 'lease', $token, \sprintf(
            'UPDATE %s SET %s, ticket = NULL WHERE origin_id IN (:ids) AND %s',
            self::TABLE,
            $this->leased(),
            $this->isFree()
        ));
    }

    /**
     * The heartbeat: everything the token holds gets a new end time.
     */
    public function renew(string $token): void
    {
        $this->connection()->executeStatement(
            \sprintf('UPDATE %s SET lease_until = %s WHERE lease = :token', self::TABLE, $this->in(self::DURATION_IN_SECONDS)),
            ['token' => $token]
        );
    }

    /**
     * Inside a transaction: nobody else stores mail of this mailbox until its end.
     *
     * @param string|null $token null: for a transaction outside of a run, which reads no checkpoint
     *
     * @throws LeaseLostException
     */
    public function lock(int $originId, ?string $token): void
    {
        $lease = $this->lockedLease($originId);
        if (false === $lease && null === $token && $this->create([$originId]) > 0) {
            $lease = $this->lockedLease($originId);
        }
        if (false === $lease || (null !== $token && $lease !== $token)) {
            throw new LeaseLostException($originId);
        }
    }

    /**
     * Inside a transaction: those of the mailboxes that the token still holds, locked.
     *
     * @param list<int> $originIds
     *
     * @return list<int>
     */
    public function lockHeld(array $originIds, string $token): array
    {
        return self::ints($this->connection()->executeQuery(
            \sprintf('SELECT origin_id FROM %s WHERE origin_id IN (:ids) AND lease = :token ORDER BY id FOR UPDATE', self::TABLE),
            ['ids' => $originIds, 'token' => $token],
            ['ids' => self::IDS]
        )->fetchFirstColumn());
    }

    /**
     * Gives back mailboxes that were read to their end, or could not be read.
     *
     * @param list<int> $originIds
     */
    public function finish(array $originIds, string $token): void
    {
        $this->connection()->executeStatement(
            \sprintf(
                'UPDATE %s SET lease = NULL, lease_until = NULL, ticket = NULL, queued_until = NULL, last_run_at = %s'
                . ' WHERE origin_id IN (:ids) AND lease = :token',
                self::TABLE,
                $this->now()
            ),
            ['ids' => $originIds, 'token' => $token],
            ['ids' => self::IDS]
        );
    }

    /**
     * Gives back whatever the token still holds: mailboxes that were not reached, or not to their end. They are due at once.
     */
    public function releaseAll(string $token): void
    {
        $this->connection()->executeStatement(
            \sprintf('UPDATE %s SET lease = NULL, lease_until = NULL, ticket = NULL WHERE lease = :token', self::TABLE),
            ['token' => $token]
        );
    }

    /**
     * Takes mailboxes away from whoever reads them, because what they are changed. They count as never read.
     *
     * @param list<int> $originIds
     */
    public function revoke(array $originIds): void
    {
        $this->connection()->executeStatement(
            \sprintf(
                'UPDATE %s SET lease = NULL, lease_until = NULL, ticket = NULL, queued_until = NULL, last_run_at = NULL'
                . ' WHERE origin_id IN (:ids)',
                self::TABLE
            ),
            ['ids' => $originIds],
            ['ids' => self::IDS]
        );
    }

    /**
     * The next run of these mailboxes reads them from their beginning.
     *
     * @param list<int> $originIds
     */
    public function startOver(array $originIds): void
    {
        $this->create($originIds);
        $this->setStartOver($originIds, true);
    }

    /**
     * Inside a transaction.
     *
     * @param list<int> $originIds
     */
    public function startedOver(array $originIds): void
    {
        $this->setStartOver($originIds, false);
    }

    /**
     * @return \DateTimeImmutable|null what every run of this organization knows that is going on: who was known then; null: none
     *                                 is going on
     */
    public function oldestBook(int $organizationId): ?\DateTimeImmutable
    {
        $moment = $this->connection()->fetchOne(
            \sprintf(
                'SELECT MIN(s.book_at) FROM %s s INNER JOIN oro_email_origin o ON o.id = s.origin_id'
                . ' WHERE o.organization_id = :organization AND s.lease IS NOT NULL AND s.lease_until >= %s',
                self::TABLE,
                $this->now()
            ),
            ['organization' => $organizationId]
        );

        return \is_string($moment) ? new \DateTimeImmutable($moment, new \DateTimeZone('UTC')) : null;
    }

    private function lockedLease(int $originId): string|false
    {
        return $this->connection()->fetchOne(
            \sprintf("SELECT COALESCE(lease, '') FROM %s WHERE origin_id = :id FOR UPDATE", self::TABLE),
            ['id' => $originId]
        );
    }

    /**
     * @param list<int>             $originIds
     * @param array<string, string> $parameters
     *
     * @return list<int> the rows that the statement marked
     */
    private function mark(array $originIds, string $column, string $token, string $sql, array $parameters = []): array
    {
        $parameters += ['ids' => $originIds, 'token' => $token];
        $update = fn (): int => (int)$this->connection()->executeStatement($sql, $parameters, ['ids' => self::IDS]);
        if ($update() === \count($originIds)) {
            return $originIds;
        }
        if ($this->create($originIds) > 0) {
            $update();
        }
        $marked = self::ints($this->connection()->executeQuery(
            \sprintf('SELECT origin_id FROM %s WHERE %s = :token AND origin_id IN (:ids)', self::TABLE, $column),
            $parameters,
            ['ids' => self::IDS]
        )->fetchFirstColumn());

        return array_values(array_intersect($originIds, $marked));
    }

    /**
     * @param list<int> $originIds
     */
    private function create(array $originIds): int
    {
        $isMySql = $this->connection()->getDatabasePlatform() instanceof MySQLPlatform;

        return (int)$this->connection()->executeStatement(
            \sprintf(
                'INSERT %sINTO %s (origin_id, start_over) SELECT o.id, %s FROM oro_email_origin o'
                . ' WHERE o.id IN (:ids) AND NOT EXISTS (SELECT 1 FROM %2$s s WHERE s.origin_id = o.id)%s',
                $isMySql ? 'IGNORE ' : '',
                self::TABLE,
                $isMySql ? '0' : 'false',
                $isMySql ? '' : ' ON CONFLICT DO NOTHING'
            ),
            ['ids' => $originIds],
            ['ids' => self::IDS]
        );
    }

    /**
     * @param list<int> $originIds
     */
    private function setStartOver(array $originIds, bool $startOver): void
    {
        $this->connection()->executeStatement(
            \sprintf('UPDATE %s SET start_over = :value WHERE origin_id IN (:ids)', self::TABLE),
            ['value' => $startOver, 'ids' => $originIds],
            ['value' => Types::BOOLEAN, 'ids' => self::IDS]
        );
    }

    private function leased(): string
    {
        // the address book is read after this
        return \sprintf(
            'lease = :token, lease_until = %s, queued_until = NULL, book_at = %s',
            $this->in(self::DURATION_IN_SECONDS),
            $this->now()
        );
    }

    private function isFree(): string
    {
        return \sprintf('(lease IS NULL OR lease_until < %s)', $this->now());
    }

    /**
     * @param list<mixed> $ids
     *
     * @return list<int>
     */
    private static function ints(array $ids): array
    {
        return array_map('intval', $ids);
    }

    private function now(): string
    {
        return DatabaseClock::now($this->connection());
    }

    private function in(int $seconds): string
    {
        return DatabaseClock::in($this->connection(), $seconds);
    }

    private function connection(): Connection
    {
        return $this->doctrine->getManagerForClass(MailboxState::class)->getConnection();
    }
}
