<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing;

use ExchangeMail\Bundle\Sync\RunLimits;
use ExchangeMail\Tests\Bundle\Storing\Oro\Contact;
use Oro\Bundle\OrganizationBundle\Entity\Organization;

/**
 * When a consumer reads the address book anew, and when it goes on with the one that it has.
 */
final class RecentAddressBookTest extends OroTestCase
{
    private int $janes;
    private int $johns;

    protected function setUp(): void
    {
        parent::setUp();
        $this->oro->em->getConnection()->executeStatement('DELETE FROM exchange_mail_late_address');
        $this->janes = $this->mailbox($this->janeId, false);
        $this->johns = $this->mailbox($this->johnId, false);
        foreach ([$this->janes, $this->johns] as $originId) {
            $this->services->synchronizer->read([$originId], new RunLimits());
        }
    }

    public function testTheNextGroupOfMailboxesIsReadWithTheSameBook(): void
    {
        $book = $this->engine->book;
        $this->services->synchronizer->read([$this->janes], new RunLimits());
        self::assertSame($book, $this->engine->book);
        self::assertArrayHasKey('carol@customer.test', $book->owners['contact']);
    }

    public function testANewContactIsKnownToTheNextRun(): void
    {
        $organization = $this->oro->em->find(Organization::class, $this->organizationId);
        $this->oro->em->persist(new Contact('dora@customer.test', $organization));
        $this->oro->em->flush();

        $book = $this->engine->book;
        $this->services->synchronizer->read([$this->janes], new RunLimits());
        self::assertArrayHasKey('dora@customer.test', $this->engine->book->owners['contact']);
        self::assertSame($book, $this->engine->book, 'a million other addresses are not read again');

        $this->oro->em->getConnection()->executeStatement('DELETE FROM exchange_mail_late_address');
        $this->services->synchronizer->read([$this->janes], new RunLimits());
        self::assertSame($book, $this->engine->book, 'nor when its search is over');
    }

    public function testAfterAnImportTheBookIsReadAnew(): void
    {
        $book = $this->engine->book;
        $this->oro->em->getConnection()->executeStatement(\sprintf(
            "INSERT INTO exchange_mail_late_address (organization_id, email, created_at)"
            . " SELECT %d, 'import' || i || '@customer.test', now() FROM generate_series(1, 1001) i",
            $this->organizationId
        ));
        $this->services->synchronizer->read([$this->janes], new RunLimits());
        self::assertNotSame($book, $this->engine->book);
    }

    public function testAMailboxThatWasNeverReadGetsANewBookWithItsUser(): void
    {
        $known = $this->engine->book;
        $olga = $this->newUser('olga', $this->oro->em->find(Organization::class, $this->organizationId));
        $this->oro->em->flush();
        // as when she joins the organization, which no address tells
        $this->oro->em->getConnection()->executeStatement('DELETE FROM exchange_mail_late_address');
        $this->services->synchronizer->read([$this->janes], new RunLimits());
        self::assertSame($known, $this->engine->book);

        $this->services->synchronizer->read([$this->mailbox($olga->getId(), false)], new RunLimits());
        self::assertArrayHasKey('olga@example.com', $this->engine->book->owners['user']);
        self::assertNotSame($known, $this->engine->book);
    }

    public function testAnotherOrganizationHasABookOfItsOwn(): void
    {
        $book = $this->engine->book;
        $provider = $this->services->recentAddressBooks;
        self::assertCount(0, $provider->get($this->organizationId + 1000));
        self::assertEquals($book, $provider->get($this->organizationId));
        self::assertNotSame($book, $provider->get($this->organizationId));
    }
}
