<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing\Postgres;

use Doctrine\ORM\Tools\SchemaTool;
use ExchangeMail\Bundle\AddressBook\AddressBookLoader;
use ExchangeMail\Bundle\AddressBook\AddressQuery;
use ExchangeMail\Bundle\AddressBook\StreamedQuery;
use ExchangeMail\Tests\Bundle\Storing\Host\Blank;
use Oro\Bundle\EmailBundle\Entity\EmailOwnerInterface;
use Oro\Bundle\EmailBundle\Entity\Manager\EmailAddressManager;
use Oro\Bundle\SecurityBundle\Owner\Metadata\OwnershipMetadata;
use Oro\Bundle\SecurityBundle\Owner\Metadata\OwnershipMetadataProviderInterface;

final class AddressStreamTest extends PostgresTestCase
{
    public function testAMillionRowsNeedNoMemory(): void
    {
        $query = new StreamedQuery($this->connection);
        $before = [memory_get_usage(), self::residentKilobytes()];
        memory_reset_peak_usage();
        $sum = 0;
        $sql = "SELECT i, 'somebody-with-a-long-name-' || i || '@customer.test' FROM generate_series(1, 1000000) i";
        foreach ($query->rows($sql) as [$i]) {
            $sum += $i;
        }

        self::assertSame(500_000_500_000, $sum);
        self::assertLessThan(8 * 1024 * 1024, memory_get_peak_usage() - $before[0]);
        self::assertLessThan(32 * 1024, self::residentKilobytes() - $before[1], 'nor of the driver');
        self::assertFalse($this->connection->isTransactionActive());
    }

    public function testAStreamThatIsGivenUpFreesTheConnection(): void
    {
        $rows = (new StreamedQuery($this->connection))->rows('SELECT generate_series(1, 20000)');
        foreach ($rows as $row) {
            self::assertSame([1], $row);
            break;
        }
        unset($rows);

        self::assertFalse($this->connection->isTransactionActive());
        self::assertSame(1, $this->connection->fetchOne('SELECT 1'));
    }

    public function testTheBookHasThePeopleOfOneOrganization(): void
    {
        if (interface_exists(EmailOwnerInterface::class)) {
            self::markTestSkipped('With a source tree of Oro AddressBookTest shows this on its real entities.');
        }
        require_once \dirname(__DIR__) . '/StandIn/people.php';
        $classes = [TestOrganization::class, TestUser::class, TestMailbox::class, TestContact::class, TestAddress::class];
        (new SchemaTool($this->em))->createSchema(array_map($this->em->getClassMetadata(...), $classes));
        foreach (
            [
                'INSERT INTO oro_organization (id) VALUES (1), (2)',
                'INSERT INTO oro_user (id) VALUES (11), (12)',
                'INSERT INTO oro_user_organization (user_id, organization_id) VALUES (11, 1), (11, 2), (12, 2)',
                'INSERT INTO orocrm_contact (id, organization_id) VALUES (21, 1), (22, 2)',
                'INSERT INTO oro_email_mailbox (id, organization_id) VALUES (31, 1)',
                'INSERT INTO oro_email_address (id, email, has_owner, owner_user_id, owner_contact_id, owner_mailbox_id) VALUES'
                . " (1, 'jane@example.com', true, 11, NULL, NULL), (2, 'john@example.com', true, 12, NULL, NULL),"
                . " (3, 'carol@customer.test', true, NULL, 21, NULL), (4, 'dave@customer.test', true, NULL, 22, NULL),"
                . " (5, 'support@example.com', true, NULL, NULL, 31), (6, 'stranger@nowhere.test', false, NULL, NULL, NULL)",
            ] as $sql
        ) {
            $this->connection->executeStatement($sql);
        }
        $manager = new EmailAddressManager($this->em, TestAddress::class);
        $ownership = Blank::of(OwnershipMetadataProviderInterface::class, ['getMetadata' => new OwnershipMetadata()]);
        $loader = new AddressBookLoader(new AddressQuery($manager, $ownership), $manager);

        self::assertEquals(
            [
                'user' => ['jane@example.com' => 11, 'support@example.com' => 31],
                'contact' => ['carol@customer.test' => 21],
            ],
            $loader->load(1)->owners
        );
        self::assertEquals(
            [
                'user' => ['jane@example.com' => 11, 'john@example.com' => 12],
                'contact' => ['dave@customer.test' => 22],
            ],
            $loader->load(2)->owners
        );
    }

    private static function residentKilobytes(): int
    {
        preg_match('/^VmRSS:\s+(\d+)/m', (string)file_get_contents('/proc/self/status'), $match);

        return (int)$match[1];
    }
}
