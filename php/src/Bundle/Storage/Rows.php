<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Storage;

use Doctrine\DBAL\Connection;

/**
 * Inserts rows that no listener needs to know of by one statement, whatever their number. Knows no entity.
 */
final class Rows
{
    /**
     * @param list<string>                 $columns
     * @param list<list<int|string|null>>  $rows    values by column
     */
    public static function insert(Connection $connection, string $table, array $columns, array $rows): void
    {
        if ([] === $rows) {
            return;
        }
        $placeholders = '(' . implode(', ', array_fill(0, \count($columns), '?')) . ')';
        $connection->executeStatement(
            \sprintf(
                'INSERT INTO %s (%s) VALUES %s',
                $table,
                implode(', ', $columns),
                implode(', ', array_fill(0, \count($rows), $placeholders))
            ),
            array_merge(...$rows)
        );
    }
}
