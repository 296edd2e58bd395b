<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing\Postgres;

use ExchangeMail\Bundle\Storage\KeyLocks;

final class KeyLocksTest extends PostgresTestCase
{
    public function testOfTwoProcessesOneWaitsForTheOthersTransactionAndKeysAreIndependent(): void
    {
        $this->connection->beginTransaction();
        (new KeyLocks())->acquire($this->connection, ['message <a@x>', 'message <b@x>', 'message <a@x>']);
        $other = $this->secondConnection();

        self::assertTrue($this->waits($other, ['message <b@x>']));
        self::assertFalse($this->waits($other, ['message <c@x>', 'address a@x']));
        $this->connection->commit();
        self::assertFalse($this->waits($other, ['message <a@x>', 'message <b@x>']));
    }

    /**
     * @param list<string> $keys
     */
    private function waits(\Doctrine\DBAL\Connection $connection, array $keys): bool
    {
        $connection->beginTransaction();
        try {
            $connection->executeStatement("SET LOCAL lock_timeout = '200ms'");
            (new KeyLocks())->acquire($connection, $keys);

            return false;
        } catch (\Doctrine\DBAL\Exception\DriverException $e) {
            self::assertSame('55P03', $e->getSQLState());

            return true;
        } finally {
            $connection->rollBack();
        }
    }
}
