<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\AddressBook;

use Doctrine\DBAL\Connection;
use Doctrine\DBAL\Platforms\MySQLPlatform;

/**
 * Reads any number of rows in constant memory: PDO's drivers keep a whole result in memory by themselves. Knows no table.
 */
final class StreamedQuery
{
    private const ROWS_AT_ONCE = 5000;

    /** PDO::MYSQL_ATTR_USE_BUFFERED_QUERY, whose name is deprecated from PHP 8.5 on. */
    private const MYSQL_ATTR_USE_BUFFERED_QUERY = 1000;

    public function __construct(private readonly Connection $connection)
    {
    }

    /**
     * No other query on the connection until the last row is read or the generator destroyed.
     *
     * @param string $sql without parameters
     *
     * @return \Generator<int, list<mixed>>
     */
    public function rows(string $sql): \Generator
    {
        return $this->connection->getDatabasePlatform() instanceof MySQLPlatform
            ? $this->unbuffered($sql)
            : $this->cursor($sql);
    }

    private function cursor(string $sql): \Generator
    {
        $this->connection->beginTransaction();
        try {
            // all rows are wanted, not the first ones soon
            $this->connection->executeStatement('SET LOCAL cursor_tuple_fraction = 1.0');
            $this->connection->executeStatement('DECLARE exchange_mail_rows NO SCROLL CURSOR FOR ' . $sql);
            do {
                $rows = $this->connection->fetchAllNumeric(
                    \sprintf('FETCH %d FROM exchange_mail_rows', self::ROWS_AT_ONCE)
                );
                yield from $rows;
            } while (\count($rows) === self::ROWS_AT_ONCE);
        } finally {
            $this->connection->rollBack();
        }
    }

    private function unbuffered(string $sql): \Generator
    {
        $pdo = $this->pdo();
        $pdo?->setAttribute(self::MYSQL_ATTR_USE_BUFFERED_QUERY, false);
        try {
            $result = $this->connection->executeQuery($sql);
            while (false !== $row = $result->fetchNumeric()) {
                yield $row;
            }
        } finally {
            if (isset($result)) {
                $result->free();
            }
            $pdo?->setAttribute(self::MYSQL_ATTR_USE_BUFFERED_QUERY, true);
        }
    }

    /** DBAL 2.13, of Oro 5.1 and 6.1, has another name for it than DBAL 3. */
    private function pdo(): ?\PDO
    {
        $native = method_exists($this->connection, 'getNativeConnection')
            ? $this->connection->getNativeConnection()
            : $this->connection->getWrappedConnection();

        return $native instanceof \PDO ? $native : null;
    }
}
