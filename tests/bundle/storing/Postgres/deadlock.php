<?php

/**
 * The other side of a deadlock: takes the rows in the other order, and tries again when it is the victim.
 */

declare(strict_types=1);

use Doctrine\DBAL\DriverManager;
use Doctrine\DBAL\Exception\DeadlockException;

require_once dirname(__DIR__) . '/bootstrap.php';

$connection = DriverManager::getConnection(json_decode($argv[1], true));
for (;;) {
    try {
        $connection->beginTransaction();
        $connection->executeStatement("UPDATE note SET name = name WHERE name LIKE 'b%'");
        echo 'holds b ';
        $connection->executeStatement("UPDATE note SET name = name WHERE name = 'a'");
        $connection->commit();
        break;
    } catch (DeadlockException $e) {
        echo $e::class, ' ';
        $connection->rollBack();
    }
}
