<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing;

use ExchangeMail\Bundle\AddressBook\StreamedQuery;
use ExchangeMail\Tests\Bundle\Storing\Oro\Contact;
use Oro\Bundle\EmailBundle\Entity\Mailbox;
use Oro\Bundle\OrganizationBundle\Entity\Organization;

final class AddressBookTest extends OroTestCase
{
    public function testUsersAndSystemMailboxesAreTheCompanyAndEverybodyElseIsAContact(): void
    {
        $organization = $this->oro->em->find(Organization::class, $this->organizationId);
        $mailbox = (new Mailbox())->setLabel('Support')->setEmail('support@example.com');
        $mailbox->setOrganization($organization);
        $this->oro->em->persist($mailbox);
        $this->oro->em->flush();
        $this->oro->em->getConnection()->insert('oro_email_address', [
            'id' => 9999, 'email' => 'stranger@nowhere.test', 'has_owner' => 'false',
            'created' => '2026-01-01', 'updated' => '2026-01-01',
        ]);

        $book = $this->services->addressBooks->load($this->organizationId);
        self::assertEquals(
            [
                'user' => [
                    'jane@example.com' => $this->janeId,
                    'john@example.com' => $this->johnId,
                    'support@example.com' => $mailbox->getId(),
                ],
                'contact' => ['carol@customer.test' => 1],
            ],
            $book->owners
        );
    }

    public function testAnOrganizationKnowsItsOwnPeopleOnly(): void
    {
        $other = (new Organization())->setName('Other')->setEnabled(true);
        $this->oro->em->persist($other);
        $this->oro->em->persist(new Contact('dave@customer.test', $other));
        $this->newUser('olga', $other);
        $this->oro->em->flush();

        self::assertSame(
            ['user' => ['olga@example.com'], 'contact' => ['dave@customer.test']],
            array_map(array_keys(...), array_reverse($this->services->addressBooks->load($other->getId())->owners))
        );
        self::assertCount(3, $this->services->addressBooks->load($this->organizationId));
    }

    public function testHundredsOfThousandsOfAddressesNeedNoMemoryOfPhp(): void
    {
        $connection = $this->oro->em->getConnection();
        $connection->executeStatement(\sprintf(
            "INSERT INTO test_contact (id, email, organization_id)"
            . " SELECT i + 100, 'contact' || i || '@customer-of-acme.test', %d FROM generate_series(1, 400000) i",
            $this->organizationId
        ));
        $connection->executeStatement(
            'INSERT INTO oro_email_address (id, email, has_owner, created, updated, owner_exchangemail_contact_id)'
            . ' SELECT id + 10000, email, true, now(), now(), id FROM test_contact WHERE id > 100'
        );
        $connection->executeStatement('ANALYZE');
        memory_reset_peak_usage();
        $before = [memory_get_peak_usage(), self::residentKilobytes()];
        $start = microtime(true);
        $book = $this->services->addressBooks->load($this->organizationId);
        $seconds = microtime(true) - $start;

        self::assertCount(400_003, $book);
        self::assertLessThan(16 * 1024 * 1024, memory_get_peak_usage() - $before[0]);
        self::assertLessThan(32 * 1024, self::residentKilobytes() - $before[1], 'nor of the driver');
        self::assertLessThan(30.0, $seconds);
        self::assertFalse($connection->isTransactionActive());
    }

    public function testAStreamThatIsGivenUpFreesTheConnection(): void
    {
        $connection = $this->oro->em->getConnection();
        $rows = (new StreamedQuery($connection))->rows('SELECT generate_series(1, 20000)');
        foreach ($rows as $row) {
            self::assertSame([1], $row);
            break;
        }
        unset($rows);

        self::assertFalse($connection->isTransactionActive());
        self::assertSame(1, $connection->fetchOne('SELECT 1'));
    }

    private static function residentKilobytes(): int
    {
        preg_match('/^VmRSS:\s+(\d+)/m', (string)file_get_contents('/proc/self/status'), $match);

        return (int)$match[1];
    }
}
