<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing;

use ExchangeMail\Bundle\Lease\RunOutdatedException;
use ExchangeMail\Bundle\Sync\LateAddressSchedule;
use ExchangeMail\Bundle\Sync\RunLimits;
use ExchangeMail\Tests\Bundle\Storing\Host\Mail;
use ExchangeMail\Tests\Bundle\Storing\Oro\Contact;
use ExchangeSync\Address;
use ExchangeSync\AuthenticationException;
use ExchangeSync\Batch;
use ExchangeSync\ConnectionException;
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

    public function testWhileSwitchedOffAddressesAreNotedOnlyWhereMailWasReadBefore(): void
    {
        $origin = $this->mailbox($this->janeId, false);
        $this->engine->enabled = false;
        $this->newContact('dora@customer.test');
        self::assertSame([], $this->waiting());

        $this->engine->enabled = true;
        $this->services->synchronizer->read([$origin], new RunLimits());
        $this->engine->enabled = false;
        $this->newContact('eve@customer.test');
        self::assertSame(['eve@customer.test'], $this->waiting());
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

        $schedule = new LateAddressSchedule($this->oro->doctrine, $this->services->queue);
        $before = $this->oro->producer->messages;
        $schedule->send();
        self::assertSame($before, $this->oro->producer->messages, 'contacts come in groups: it waits a little');
        $this->oro->em->getConnection()->executeStatement(
            "UPDATE exchange_mail_late_address SET created_at = created_at - INTERVAL '6 minutes'"
        );
        $schedule->send();
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
        $this->services->search->search($this->organizationId);
        self::assertCount(1, $this->engine->searches, 'not before the pause is over');
    }

    public function testAnImportOfManyContactsReadsTheMailboxesAgainInstead(): void
    {
        $jane = $this->mailbox($this->janeId);
        $this->store($jane, new Batch('jane@example.com', Mail::inbox(), checkpoint: 'old'));
        $this->store($jane, new Batch('jane@example.com', Mail::root(), checkpoint: 'old-root'));
        $this->oro->em->getConnection()->executeStatement(\sprintf(
            "INSERT INTO exchange_mail_late_address (organization_id, email, created_at)"
            . " SELECT %d, 'import' || i || '@customer.test', now() FROM generate_series(1, 201) i",
            $this->organizationId
        ));
        $this->services->search->search($this->organizationId);

        self::assertSame([], $this->engine->searches);
        self::assertSame([], $this->waiting());
        self::assertSame([null], array_column($this->rows('SELECT checkpoint FROM exchange_mail_folder'), 'checkpoint'));
        self::assertNull($this->rows('SELECT exchange_root_checkpoint AS c FROM oro_email_origin')[0]['c']);
    }

    public function testARunThatBeganBeforeTheContactWasKnownCanNotPassItsMailOver(): void
    {
        $jane = $this->mailbox($this->janeId);
        $this->mailbox($this->johnId, false);
        $this->newContact('dora@customer.test');
        $this->services->search->search($this->organizationId);

        try {
            $this->store($jane, new Batch('jane@example.com', Mail::inbox(), checkpoint: 'beyond'));
            self::fail();
        } catch (RunOutdatedException) {
        }
        self::assertSame(0, $this->rowCount('exchange_mail_folder'));
        self::assertSame([$this->johnId], array_map(
            fn (int $id): int => (int)$this->rows('SELECT owner_id FROM oro_email_origin WHERE id = ' . $id)[0]['owner_id'],
            $this->services->schedule->due()[$this->organizationId]
        ), 'nobody else takes the mailbox before the run ends');

        self::assertSame(1, $this->services->leases->begin($this->token($jane)), 'a run that begins now knows the contact');
        $this->store($jane, new Batch('jane@example.com', Mail::inbox(), checkpoint: 'fine'));
        self::assertSame(1, $this->rowCount('exchange_mail_folder'));
    }

    public function testAnOutdatedRunEndsAndItsMailboxesAreDueAtOnce(): void
    {
        $this->mailbox($this->janeId, false);
        $this->engine->batches['jane@example.com'] = [
            new Batch('jane@example.com', Mail::inbox(), [Mail::message()], checkpoint: 'one'),
            new Batch('jane@example.com', Mail::inbox(), [Mail::message()], checkpoint: 'two', done: true),
        ];
        $this->engine->between = fn () => $this->services->leases->outdate($this->organizationId);
        $report = $this->services->synchronizer->readDue(0, -1, new RunLimits());

        self::assertTrue($report->interrupted);
        self::assertSame(['one'], array_column($this->rows('SELECT checkpoint FROM exchange_mail_folder'), 'checkpoint'));
        self::assertCount(1, $this->services->schedule->due()[$this->organizationId]);
        $this->engine->between = null;
        $this->services->synchronizer->readDue(0, -1, new RunLimits());
        self::assertSame(['two'], array_column($this->rows('SELECT checkpoint FROM exchange_mail_folder'), 'checkpoint'));
    }

    public function testAMailboxThatCanNotBeSearchedIsReadFromItsBeginningLater(): void
    {
        $jane = $this->mailbox($this->janeId, false);
        $this->mailbox($this->johnId, false);
        $this->engine->batches['jane@example.com'] = [new Batch('jane@example.com', Mail::inbox(), checkpoint: 'jane', done: true)];
        $this->engine->batches['john@example.com'] = [new Batch('john@example.com', Mail::inbox(), checkpoint: 'john', done: true)];
        $this->services->synchronizer->readDue(0, -1, new RunLimits());
        $this->newContact('dora@customer.test');
        $this->engine->batches['john@example.com'] = [new Batch('john@example.com', done: true)];
        $this->engine->batches['jane@example.com'] = [
            new Batch('jane@example.com', failure: new Failure(ConnectionException::class, null, 'Broken.', 'Wait.'), done: true),
        ];
        $this->services->search->search($this->organizationId);

        self::assertSame([], $this->waiting());
        self::assertSame(
            [['origin_id' => $jane, 'checkpoint' => null]],
            array_values(array_filter(
                $this->rows(
                    'SELECT f.origin_id, ef.checkpoint FROM exchange_mail_folder ef JOIN oro_email_folder f ON f.id = ef.folder_id'
                ),
                static fn (array $row): bool => 'john' !== $row['checkpoint']
            ))
        );
    }

    public function testAnotherSpellingOfAKnownAddressIsNotLate(): void
    {
        $origin = $this->mailbox($this->janeId);
        $this->store($origin, new Batch('jane@example.com', Mail::inbox(), [
            Mail::message(['from' => new Address(null, 'CAROL@Customer.test')]),
        ]));
        self::assertSame([], $this->waiting());
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
