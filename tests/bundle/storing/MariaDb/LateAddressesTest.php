<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing\MariaDb;

use Doctrine\DBAL\Connection;
use Doctrine\DBAL\DriverManager;
use Doctrine\ORM\EntityManagerInterface;
use Doctrine\ORM\Mapping\ClassMetadata;
use ExchangeMail\Bundle\AddressBook\StreamedQuery;
use ExchangeMail\Bundle\Entity\LateAddress;
use ExchangeMail\Bundle\Entity\Repository\LateAddressRepository;
use ExchangeMail\Tests\Bundle\Storing\Host\Blank;
use ExchangeMail\Tests\Bundle\Storing\Host\MariaDb;
use PHPUnit\Framework\TestCase;

/**
 * The list of late addresses, and the reading of very many addresses, in MariaDB's SQL.
 */
final class LateAddressesTest extends TestCase
{
    private Connection $connection;
    private LateAddressRepository $addresses;

    protected function setUp(): void
    {
        if (!MariaDb::isInstalled()) {
            fwrite(\STDERR, "SKIPPED: late addresses on MariaDB (apt-get install mariadb-server)\n");
            self::markTestSkipped('MariaDB is not installed.');
        }
        $this->connection = DriverManager::getConnection(MariaDb::running()->createDatabase());
        $this->connection->executeStatement(
            'CREATE TABLE exchange_mail_late_address (id INT AUTO_INCREMENT PRIMARY KEY, organization_id INT NOT NULL,'
            . ' email VARCHAR(255) NOT NULL, created_at DATETIME NOT NULL, seen_at DATETIME, ticket VARCHAR(32),'
            . ' queued_until DATETIME, UNIQUE (organization_id, email))'
        );
        $this->addresses = new LateAddressRepository(
            Blank::of(EntityManagerInterface::class, ['getConnection' => $this->connection]),
            new ClassMetadata(LateAddress::class)
        );
    }

    protected function tearDown(): void
    {
        if (isset($this->connection)) {
            $this->connection->close();
        }
    }

    public function testAnAddressWaitsThenBelongsToOneSearchAndIsForgottenWithIt(): void
    {
        self::assertTrue($this->addresses->isEmpty());
        $this->addresses->remember(1, 'dora@customer.test');
        $this->addresses->remember(1, 'dora@customer.test');
        $this->addresses->remember(2, 'dora@customer.test');
        self::assertSame([], $this->addresses->getWaitingOrganizations(0), 'nobody has seen it yet');
        $this->addresses->markSeen();
        self::assertSame([], $this->addresses->getWaitingOrganizations(300));
        self::assertSame([1, 2], $this->addresses->getWaitingOrganizations(0));

        $this->addresses->queue(1, 'search', 0, 900);
        self::assertSame([2], $this->addresses->getWaitingOrganizations(0));
        $this->addresses->release('search', new \DateTimeImmutable('+1 minute'));
        self::assertSame([2], $this->addresses->getWaitingOrganizations(0), 'it was seen before');
        $this->addresses->release('search', new \DateTimeImmutable('-1 minute', new \DateTimeZone('UTC')));
        self::assertSame([1, 2], $this->addresses->getWaitingOrganizations(0));

        $this->addresses->queue(1, 'lost', 0, -1);
        self::assertSame([1, 2], $this->addresses->getWaitingOrganizations(0), 'a lost search keeps none away');
        $this->addresses->renew('lost', 900);
        self::assertSame([2], $this->addresses->getWaitingOrganizations(0));
        $this->addresses->forget('lost');
        self::assertSame(['2'], array_map('strval', $this->connection->fetchFirstColumn(
            'SELECT organization_id FROM exchange_mail_late_address'
        )));
    }

    public function testManyRowsAreReadOneByOneAndTheConnectionIsFreeAfterwards(): void
    {
        $rows = (new StreamedQuery($this->connection))->rows('SELECT seq, seq FROM seq_1_to_20000');
        $count = 0;
        foreach ($rows as [$a, $b]) {
            $count += (int)$a === (int)$b ? 1 : 0;
        }
        self::assertSame(20000, $count);
        self::assertEquals(1, $this->connection->fetchOne('SELECT 1'));

        foreach ((new StreamedQuery($this->connection))->rows('SELECT seq, seq FROM seq_1_to_20000') as $row) {
            break;
        }
        self::assertEquals(1, $this->connection->fetchOne('SELECT 1'), 'also where the reader stops early');
    }
}
