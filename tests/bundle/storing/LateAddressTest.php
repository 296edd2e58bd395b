<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing;

use ExchangeMail\Bundle\Lease\OriginLeases;
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
        self::assertSame(['Dora@Customer.test'], $this->waiting());

        $contact = $this->oro->em->getRepository(Contact::class)->findOneBy(['email' => 'carol@customer.test']);
        $contact->setEmail('carol@home.test');
        $this->oro->em->flush();
        self::assertEqualsCanonicalizing(['carol@home.test', 'Dora@Customer.test'], $this->waiting());
        $contact->setEmail('carol@customer.test');
        $this->oro->em->flush();
        $contact->setEmail('carol@home.test');
        $this->oro->em->flush();
        self::assertEqualsCanonicalizing(['carol@customer.test', 'carol@home.test', 'Dora@Customer.test'], $this->waiting());
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
        $this->services->leases->releaseAll($this->token($jane));
        $this->newContact('dora@customer.test');
        $this->engine->batches['jane@example.com'] = [
            new Batch('jane@example.com', Mail::inbox(), [
                Mail::message(['subject' => 'Earlier', 'from' => new Address('Dora', 'dora@customer.test')]),
            ]),
            new Batch('jane@example.com', done: true),
        ];

        self::assertSame([], $this->sendSearches(), 'contacts come in groups: it waits a little');
        $this->later('6 minutes');
        $body = $this->sendSearches()[0];
        self::assertSame([], $this->sendSearches(), 'one search at a time');
        $report = $this->search($body);

        self::assertSame(1, $report->collected);
        self::assertSame([['dora@customer.test']], $this->engine->searches);
        self::assertSame(['jane@example.com', 'john@example.com'], array_column($this->engine->mailboxes, 'address'));
        self::assertArrayHasKey('dora@customer.test', $this->engine->book->owners['contact']);
        self::assertSame(['kept'], array_column($this->rows('SELECT checkpoint FROM exchange_mail_folder'), 'checkpoint'));
        self::assertSame(2, $this->rowCount('oro_email'));
        self::assertSame([], $this->waiting());
        $this->search($body);
        self::assertCount(1, $this->engine->searches, 'delivered twice: no search');
    }

    public function testASearchThatCouldNotLogInIsMadeAgainWhenThePauseIsOver(): void
    {
        $this->mailbox($this->janeId, false);
        $this->newContact('dora@customer.test');
        $this->engine->batches['jane@example.com'] = [
            new Batch('jane@example.com', failure: new Failure(AuthenticationException::class, null, 'Refused.', 'Check.')),
        ];
        $this->searchNow();

        self::assertSame(['dora@customer.test'], $this->waiting());
        self::assertSame([], $this->services->schedule->due());
        self::assertSame([], $this->sendSearches());
        $this->later('16 minutes');
        $this->search($this->sendSearches()[0]);
        self::assertCount(1, $this->engine->searches, 'all mailboxes are still put off');
        self::assertSame(['dora@customer.test'], $this->waiting());
    }

    public function testAFailedSearchKeepsNoOtherAwayForLongerThanItsTime(): void
    {
        $this->mailbox($this->janeId, false);
        $this->newContact('dora@customer.test');
        $this->engine->failure = new ConnectionException('The server does not answer.');
        try {
            $this->searchNow();
            self::fail();
        } catch (ConnectionException) {
        }
        $this->engine->failure = null;
        $this->later('16 minutes');
        $this->search($this->sendSearches()[0]);

        self::assertSame([], $this->waiting());
    }

    public function testAnImportOfManyContactsReadsTheMailboxesAgainInstead(): void
    {
        $jane = $this->mailbox($this->janeId, false);
        $this->engine->batches['jane@example.com'] = [
            new Batch('jane@example.com', Mail::inbox(), checkpoint: 'old'),
            new Batch('jane@example.com', Mail::root(), checkpoint: 'old-root'),
            new Batch('jane@example.com', done: true),
        ];
        $this->services->synchronizer->read([$jane], new RunLimits());
        $this->oro->em->getConnection()->executeStatement(\sprintf(
            "INSERT INTO exchange_mail_late_address (organization_id, email, created_at)"
            . " SELECT %d, 'import' || i || '@customer.test', now() FROM generate_series(1, 201) i",
            $this->organizationId
        ));
        $this->searchNow();

        self::assertSame([], $this->engine->searches);
        self::assertSame([], $this->waiting());
        $this->services->synchronizer->read([$jane], new RunLimits());
        self::assertSame([], $this->engine->mailboxes[1]->checkpoints);
        $this->services->synchronizer->read([$jane], new RunLimits());
        self::assertCount(2, $this->engine->mailboxes[2]->checkpoints, 'once');
    }

    public function testASearchWaitsForTheRunsThatDoNotKnowTheAddressAndEndsNone(): void
    {
        $jane = $this->mailbox($this->janeId);
        $this->newContact('dora@customer.test');
        $this->oro->em->getConnection()->executeStatement(
            "UPDATE exchange_mail_mailbox_state SET book_at = book_at - INTERVAL '10 minutes'"
        );
        $this->searchNow();
        self::assertSame([], $this->engine->searches, 'that run would pass over the contact\'s mail, and move on');
        self::assertSame(['dora@customer.test'], $this->waiting());

        $this->store($jane, new Batch('jane@example.com', Mail::inbox(), checkpoint: 'on'));
        self::assertSame(1, $this->rowCount('exchange_mail_folder'), 'it goes on');
        $this->services->leases->releaseAll($this->token($jane));
        $token = OriginLeases::newToken();
        $this->services->leases->take([$jane], $token);
        $this->search($this->sendSearches()[0]);
        self::assertSame([['dora@customer.test']], $this->engine->searches, 'a run that began later knows the contact');
        $this->services->leases->lock($jane, $token);
        self::assertSame([], $this->waiting());
    }

    public function testALongSearchIsMadeInParts(): void
    {
        $this->mailbox($this->janeId, false);
        $john = $this->mailbox($this->johnId, false);
        $this->newContact('dora@customer.test');
        $this->sendSearches();
        $this->later('6 minutes');
        $body = $this->sendSearches()[0];
        $report = $this->search($body, (new RunLimits())->slice(0.0));
        self::assertSame([$john], $report->left);
        self::assertSame(['dora@customer.test'], $this->waiting());

        $this->services->lateSchedule->sendRest($body['organizationId'], $body['ticket'], $report->left);
        $report = $this->search($this->oro->producer->messages[\count($this->oro->producer->messages) - 1][1]);
        self::assertSame([], $report->left);
        self::assertSame(['jane@example.com', 'john@example.com'], array_column($this->engine->mailboxes, 'address'));
        self::assertSame([], $this->waiting());
    }

    public function testAMailboxThatCanNotBeSearchedIsReadFromItsBeginningLater(): void
    {
        $jane = $this->mailbox($this->janeId, false);
        $john = $this->mailbox($this->johnId, false);
        $this->engine->batches['jane@example.com'] = [new Batch('jane@example.com', Mail::inbox(), checkpoint: 'jane', done: true)];
        $this->engine->batches['john@example.com'] = [new Batch('john@example.com', Mail::inbox(), checkpoint: 'john', done: true)];
        $this->services->synchronizer->readDue(0, -1, new RunLimits());
        $this->newContact('dora@customer.test');
        $this->engine->batches['john@example.com'] = [new Batch('john@example.com', done: true)];
        $this->engine->batches['jane@example.com'] = [
            new Batch('jane@example.com', failure: new Failure(ConnectionException::class, null, 'Broken.', 'Wait.'), done: true),
        ];
        $this->searchNow();

        self::assertSame([], $this->waiting());
        $this->engine->mailboxes = [];
        $this->services->synchronizer->read([$jane, $john], new RunLimits());
        self::assertSame([[], ['AAMk-inbox=' => 'john']], array_column($this->engine->mailboxes, 'checkpoints'));
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
