<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing;

use ExchangeMail\Bundle\Sync\LateAddressSchedule;
use ExchangeMail\Tests\Bundle\Storing\Host\Mail;
use ExchangeMail\Tests\Bundle\Storing\Oro\Contact;
use ExchangeSync\Address;
use ExchangeSync\AuthenticationException;
use ExchangeSync\Batch;
use ExchangeSync\Failure;
use Oro\Bundle\OrganizationBundle\Entity\Organization;

final class LateAddressTest extends OroTestCase
{
    protected function setUp(): void
    {
        parent::setUp();
        $this->oro->em->getConnection()->executeStatement('DELETE FROM exchange_mail_late_address');
    }

    public function testANewAddressOfAContactIsNotedOnce(): void
    {
        $this->newContact('Dora@Customer.test');
        self::assertSame(['dora@customer.test'], $this->waiting());

        $contact = $this->oro->em->getRepository(Contact::class)->findOneBy(['email' => 'carol@customer.test']);
        $contact->setEmail('carol@home.test');
        $this->oro->em->flush();
        self::assertSame(['carol@home.test', 'dora@customer.test'], $this->waiting());
        $contact->setEmail('carol@customer.test');
        $this->oro->em->flush();
        $contact->setEmail('carol@home.test');
        $this->oro->em->flush();
        self::assertSame(['carol@customer.test', 'carol@home.test', 'dora@customer.test'], $this->waiting());
    }

    public function testAnAddressThatWasOnlyInMailBeforeIsNotedWhenItBecomesAContacts(): void
    {
        $origin = $this->mailbox($this->janeId);
        $this->store($origin, new Batch('jane@example.com', Mail::inbox(), [
            Mail::message(['cc' => [new Address(null, 'eve@customer.test')]]),
        ]));
        self::assertSame([], $this->waiting(), 'a stranger in copy is nobody to search for');

        $this->newContact('eve@customer.test');
        self::assertSame(['eve@customer.test'], $this->waiting());
    }

    public function testNothingIsNotedWhereExchangeIsSwitchedOff(): void
    {
        $this->engine->enabled = false;
        $this->newContact('dora@customer.test');
        self::assertSame([], $this->waiting());
    }

    public function testEarlierMailIsSearchedForInEveryMailboxAndStoredWithoutTouchingCheckpoints(): void
    {
        $jane = $this->mailbox($this->janeId);
        $this->mailbox($this->johnId, false);
        $this->store($jane, new Batch('jane@example.com', Mail::inbox(), [Mail::message()], checkpoint: 'kept'));
        $this->newContact('dora@customer.test');
        $this->engine->batches['jane@example.com'] = [
            new Batch('jane@example.com', Mail::inbox(), [
                Mail::message(['subject' => 'Earlier', 'from' => new Address('Dora', 'dora@customer.test')]),
            ]),
            new Batch('jane@example.com', done: true),
        ];

        (new LateAddressSchedule($this->oro->doctrine, $this->services->queue))->send();
        self::assertContains(
            ['exchange_mail.search_late_addresses', ['organizationId' => $this->organizationId]],
            $this->oro->producer->messages
        );
        $report = $this->services->search->search($this->organizationId);

        self::assertSame(1, $report->collected, 'although a run has leased the mailbox');
        self::assertSame([['dora@customer.test']], $this->engine->searches);
        self::assertSame(['jane@example.com', 'john@example.com'], array_column($this->engine->mailboxes, 'address'));
        self::assertArrayHasKey('dora@customer.test', $this->engine->book->owners['contact']);
        self::assertSame(['kept'], array_column($this->rows('SELECT checkpoint FROM exchange_mail_folder'), 'checkpoint'));
        self::assertSame(2, $this->rowCount('oro_email'));
        self::assertSame([], $this->waiting());
        $this->services->search->search($this->organizationId);
        self::assertCount(1, $this->engine->searches, 'nothing waits: no search');
    }

    public function testASearchThatCouldNotLogInIsMadeAgain(): void
    {
        $this->mailbox($this->janeId, false);
        $this->newContact('dora@customer.test');
        $this->engine->batches['jane@example.com'] = [
            new Batch('jane@example.com', failure: new Failure(AuthenticationException::class, null, 'Refused.', 'Check.')),
        ];
        $this->services->search->search($this->organizationId);

        self::assertSame(['dora@customer.test'], $this->waiting());
        self::assertSame([], $this->services->schedule->due());
    }

    public function testAnImportOfManyContactsReadsTheMailboxesAgainInstead(): void
    {
        $jane = $this->mailbox($this->janeId);
        $this->store($jane, new Batch('jane@example.com', Mail::inbox(), checkpoint: 'old'));
        $this->store($jane, new Batch('jane@example.com', Mail::root(), checkpoint: 'old-root'));
        $this->oro->em->getConnection()->executeStatement(\sprintf(
            "INSERT INTO exchange_mail_late_address (organization_id, email)"
            . " SELECT %d, 'import' || i || '@customer.test' FROM generate_series(1, 201) i",
            $this->organizationId
        ));
        $this->services->search->search($this->organizationId);

        self::assertSame([], $this->engine->searches);
        self::assertSame([], $this->waiting());
        self::assertSame([null], array_column($this->rows('SELECT checkpoint FROM exchange_mail_folder'), 'checkpoint'));
        self::assertNull($this->rows('SELECT exchange_root_checkpoint AS c FROM oro_email_origin')[0]['c']);
    }

    private function newContact(string $email): void
    {
        $this->oro->em->persist(new Contact($email, $this->oro->em->find(Organization::class, $this->organizationId)));
        $this->oro->em->flush();
    }

    /**
     * @return list<string>
     */
    private function waiting(): array
    {
        return array_column($this->rows('SELECT email FROM exchange_mail_late_address ORDER BY email'), 'email');
    }
}
