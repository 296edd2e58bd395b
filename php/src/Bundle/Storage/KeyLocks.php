<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Storage;

use Doctrine\DBAL\Connection;
use Doctrine\DBAL\Platforms\MySQLPlatform;
use ExchangeMail\Bundle\Exception\StorageBusyException;

/**
 * Makes processes that are about to insert the same thing wait for each other, where Oro's tables have no unique index: two
 * mailboxes that got one message must become one e-mail, even if two hosts store them at the same moment.
 *
 * PostgreSQL frees the locks with the transaction; MySQL after release().
 */
final class KeyLocks
{
    private const MYSQL_WAIT_IN_SECONDS = 50;

    /** @var list<array{0: Connection, 1: non-empty-list<string>}> */
    private array $held = [];

    /**
     * @param list<string> $keys
     */
    public function acquire(Connection $connection, array $keys): void
    {
        $names = array_values(array_unique(array_map(
            static fn (string $key): string => hash('xxh3', $key),
            $keys
        )));
        // everybody takes them in the same order, so nobody waits in a circle
        sort($names);
        if ([] === $names) {
            return;
        }
        if ($connection->getDatabasePlatform() instanceof MySQLPlatform) {
            $this->acquireNamed($connection, array_map(static fn (string $name): string => 'exchange_mail_' . $name, $names));

            return;
        }
        $connection->executeQuery(
            'SELECT pg_advisory_xact_lock(n) FROM unnest(CAST(:keys AS BIGINT[])) AS n',
            ['keys' => '{' . implode(',', array_map(self::number(...), $names)) . '}']
        );
    }

    /**
     * To be called after the transaction.
     */
    public function release(): void
    {
        foreach ($this->held as [$connection, $names]) {
            $connection->executeQuery(self::select('RELEASE_LOCK(?)', $names), $names);
        }
        $this->held = [];
    }

    /**
     * @param non-empty-list<string> $names
     */
    private function acquireNamed(Connection $connection, array $names): void
    {
        // what was taken before another one was not is given back too; a name that is not held may be released
        $this->held[] = [$connection, $names];
        $taken = $connection->fetchNumeric(
            self::select(\sprintf('GET_LOCK(?, %d)', self::MYSQL_WAIT_IN_SECONDS), $names),
            $names
        );
        if (['1'] !== array_values(array_unique(array_map('strval', $taken ?: [])))) {
            throw new StorageBusyException(\sprintf(
                'Another process has been storing the same message for %d seconds. The mailbox goes on with the next run.',
                self::MYSQL_WAIT_IN_SECONDS
            ));
        }
    }

    /**
     * @param non-empty-list<string> $names
     */
    private static function select(string $function, array $names): string
    {
        return 'SELECT ' . implode(', ', array_fill(0, \count($names), $function));
    }

    /** A signed 64-bit number of 16 hexadecimal digits. */
    private static function number(string $name): int
    {
        return (int)unpack('J', (string)hex2bin($name))[1];
    }
}
