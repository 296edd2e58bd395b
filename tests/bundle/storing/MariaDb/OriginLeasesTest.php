<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing\MariaDb;

use Doctrine\DBAL\Connection;
use Doctrine\DBAL\DriverManager;
use Doctrine\ORM\EntityManagerInterface;
use ExchangeMail\Tests\Bundle\Storing\Host\Blank;
use ExchangeMail\Tests\Bundle\Storing\Host\LeaseRules;
use ExchangeMail\Tests\Bundle\Storing\Host\MariaDb;
use PHPUnit\Framework\TestCase;

final class OriginLeasesTest extends TestCase
{
    use LeaseRules;

    private Connection $connection;
    private EntityManagerInterface $em;

    protected function setUp(): void
    {
        if (!MariaDb::isInstalled()) {
            fwrite(\STDERR, "SKIPPED: leases on MariaDB (apt-get install mariadb-server)\n");
            self::markTestSkipped('MariaDB is not installed.');
        }
        $this->connection = DriverManager::getConnection(MariaDb::running()->createDatabase());
        $this->em = Blank::of(EntityManagerInterface::class, ['getConnection' => $this->connection]);
        $this->createLeases();
    }

    protected function tearDown(): void
    {
        if (isset($this->connection)) {
            $this->connection->close();
        }
    }

    /**
     * @return list<array<string, mixed>>
     */
    private function rows(string $sql): array
    {
        return $this->connection->fetchAllAssociative($sql);
    }
}
