<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Lease;

use Doctrine\DBAL\Connection;
use Doctrine\DBAL\Platforms\MySQLPlatform;

/**
 * SQL for moments by the database's clock, which all hosts share. In UTC, as Oro keeps its datetime columns.
 */
final class DatabaseClock
{
    public static function now(Connection $connection): string
    {
        // clock_timestamp() goes on inside of a transaction, now() does not
        return $connection->getDatabasePlatform() instanceof MySQLPlatform
            ? 'UTC_TIMESTAMP()'
            : "(clock_timestamp() AT TIME ZONE 'UTC')";
    }

    public static function in(Connection $connection, int $seconds): string
    {
        return $connection->getDatabasePlatform() instanceof MySQLPlatform
            ? \sprintf('(UTC_TIMESTAMP() + INTERVAL %d SECOND)', $seconds)
            : \sprintf("((clock_timestamp() AT TIME ZONE 'UTC') + INTERVAL '%d seconds')", $seconds);
    }
}
