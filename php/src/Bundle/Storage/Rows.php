<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Storage;

use Doctrine\DBAL\Connection;
use Doctrine\DBAL\ParameterType;

/**
 * Inserts rows that no listener needs to know of by one statement, whatever their number. Knows no entity.
 */
final class Rows
{
    /**
     * @param list<string>                     $columns
     * @param list<list<int|string|bool|null>> $rows    values by column
     * @param array<int, string>               $types   Doctrine's, by number of the column; others are as PHP has them
     */
    public static function insert(
        Connection $connection,
        string $table,
        array $columns,
        array $rows,
        array $types = []
    ): void {
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
            array_merge(...$rows),
            [] === $types ? [] : array_merge(...array_fill(0, \count($rows), array_replace(
                array_fill(0, \count($columns), ParameterType::STRING),
                $types
            )))
        );
    }
}
