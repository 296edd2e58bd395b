<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing;

use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Entity\MailboxState;
use ExchangeMail\Bundle\Lease\OriginLeases;
use ExchangeMail\Bundle\Sync\MailboxFinished;
use ExchangeMail\Bundle\Sync\RunLimits;
use ExchangeMail\Tests\Bundle\Storing\Host\Mail;
use ExchangeSync\AuthenticationException;
use ExchangeSync\Batch;
use ExchangeSync\ConnectionException;
use ExchangeSync\Failure;
use ExchangeSync\ImpersonationException;

final class MailboxRunTest extends OroTestCase
{
    public function testARunStoresWhatTheEngineFindsAndTheNextOneGoesOnFromItsCheckpoints(): void
    {
        $origin = $this->mailbox($this->janeId, false);
        $this->engine->batches['jane@example.com'] = [
            new Batch('jane@example.com', Mail::inbox(), [Mail::message()], checkpoint: 'inbox-1', seen: 40),
            new Batch('jane@example.com', Mail::root(), checkpoint: 'root-1'),
            new Batch('jane@example.com', done: true),
        ];

        $report = $this->services->synchronizer->readDue(0, -1, new RunLimits());
        self::assertSame([1, 40, 1, 0], [$report->mailboxes, $report->seen, $report->collected, $report->skipped]);
        self::assertSame([], $this->engine->mailboxes[0]->checkpoints);
        self::assertSame('carol@customer.test', array_key_first($this->engine->book->owners['contact']));
        self::assertSame(1, $this->rowCount('oro_email'));
        $state = $this->origin($origin);
        self::assertNotNull($this->state($origin)->getLastRunAt());
        self::assertNull($this->state($origin)->getLeaseUntil());
        self::assertSame(3, $state->getSyncCode());
        self::assertSame(1, $state->getCollected());

        $this->services->synchronizer->read([$origin], new RunLimits());
        self::assertEquals(
            ['AAMk-inbox=' => 'inbox-1', 'AAMk-root=' => 'root-1'],
            $this->engine->mailboxes[1]->checkpoints
        );
        $this->services->synchronizer->read([$origin], new RunLimits(), true);
        self::assertSame([], $this->engine->mailboxes[2]->checkpoints, 'forced: from the beginning');
        self::assertSame(1, $this->rowCount('oro_email'));
    }

    public function testAMailboxThatAnotherRunHasIsLeftAlone(): void
    {
        $this->mailbox($this->janeId);
        $this->mailbox($this->johnId, false);

        $this->services->synchronizer->readDue(0, -1, new RunLimits());
        self::assertSame(['john@example.com'], array_column($this->engine->mailboxes, 'address'));
    }

    public function testOneFailingMailboxDoesNotStopTheOthers(): void
    {
        $jane = $this->mailbox($this->janeId, false);
        $john = $this->mailbox($this->johnId, false);
        $this->engine->batches['jane@example.com'] = [new Batch(
            'jane@example.com',
            failure: new Failure(ImpersonationException::class, 'ErrorImpersonateUserDenied', 'Denied.', 'Grant it.'),
            done: true
        )];

        $report = $this->services->synchronizer->readDue(0, -1, new RunLimits());
        self::assertSame(['jane@example.com'], array_keys($report->failures));
        $failed = $this->origin($jane);
        self::assertSame(
            ['Denied.', 'Grant it.', 'ErrorImpersonateUserDenied', ImpersonationException::class, 2],
            [
                $failed->getLastError(), $failed->getLastErrorRemedy(), $failed->getLastErrorCode(),
                $failed->getLastErrorException(), $failed->getSyncCode(),
            ]
        );
        self::assertGreaterThan(new \DateTime('+10 minutes'), $failed->getNextRunAt(), 'not an attempt a minute');
        self::assertNull($this->origin($john)->getLastError());
        self::assertSame([$this->organizationId => [$john]], $this->services->schedule->due());
    }

    public function testAnAdditionalAddressThatIsNoMailboxIsNoError(): void
    {
        $jane = $this->mailbox($this->janeId, false);
        $this->oro->em->getConnection()->executeStatement(
            "UPDATE oro_email_origin SET exchange_mailbox = 'j.doe@example.com' WHERE id = $jane"
        );
        $this->engine->batches['j.doe@example.com'] = [new Batch(
            'j.doe@example.com',
            failure: new Failure(ImpersonationException::class, 'ErrorNonPrimarySmtpAddress', 'Not primary.', 'Use the other.'),
            done: true
        )];
        $finished = [];
        $this->oro->dispatcher->addListener(MailboxFinished::class, static function (MailboxFinished $event) use (&$finished): void {
            $finished[] = $event->isRefused();
        });

        $report = $this->services->synchronizer->readDue(0, -1, new RunLimits());
        self::assertSame([[], [false]], [$report->failures, $finished]);
        self::assertNull($this->origin($jane)->getLastError());
        self::assertStringNotContainsString('was not read', $this->services->logger->text());
        self::assertSame([], $this->services->schedule->due(), 'for a month');
    }

    public function testARefusedLoginEndsTheRunAndPutsEveryMailboxOff(): void
    {
        $jane = $this->mailbox($this->janeId, false);
        $this->mailbox($this->johnId, false);
        $this->engine->batches['jane@example.com'] = [new Batch(
            'jane@example.com',
            failure: new Failure(AuthenticationException::class, null, 'Refused.', 'Check the password.'),
            done: true
        )];

        $this->services->synchronizer->readDue(0, -1, new RunLimits());
        self::assertCount(1, $this->engine->mailboxes, 'more attempts would lock the account');
        self::assertSame([], $this->services->schedule->due());
        self::assertSame('Refused.', $this->origin($jane)->getLastError());
        self::assertSame(0, $this->leased());
    }

    public function testAnErrorOfTheWholeServerIsRecordedWithEachMailboxAndFreesThem(): void
    {
        $jane = $this->mailbox($this->janeId, false);
        $john = $this->mailbox($this->johnId, false);
        $this->engine->failure = new ConnectionException('The server does not answer.');
        $this->engine->failure->remedy = 'Check the server.';

        try {
            $this->services->synchronizer->readDue(0, -1, new RunLimits());
            self::fail();
        } catch (ConnectionException) {
        }
        foreach ([$jane, $john] as $id) {
            self::assertSame('The server does not answer.', $this->origin($id)->getLastError());
            self::assertNull($this->origin($id)->getNextRunAt(), 'the next minute may be better');
        }
        self::assertSame(0, $this->leased());
    }

    public function testATimeLimitStopsAfterTheBatchAndFreesTheMailboxes(): void
    {
        $this->mailbox($this->janeId, false);
        $this->engine->batches['jane@example.com'] = [
            new Batch('jane@example.com', Mail::inbox(), [Mail::message()], checkpoint: 'one'),
            new Batch('jane@example.com', Mail::inbox(), [Mail::message()], checkpoint: 'two'),
        ];
        $limits = new RunLimits();
        $limits->stop();

        $origins = $this->services->schedule->due();
        $token = OriginLeases::newToken();
        $this->services->leases->take($origins[$this->organizationId], $token);
        $report = $this->services->run->run($this->organizationId, $origins[$this->organizationId], $token, $limits);
        self::assertSame($origins[$this->organizationId], $report->left);
        self::assertSame(1, $this->rowCount('oro_email'));
        self::assertSame(0, $this->leased());
        self::assertCount(1, $this->services->schedule->due()[$this->organizationId], 'due again at once');
    }

    public function testThePersonWhoIsLoggedInIsRestored(): void
    {
        $this->mailbox($this->janeId, false);
        $this->engine->batches['jane@example.com'] = [new Batch('jane@example.com', Mail::inbox(), [Mail::message()], done: true)];
        $this->services->synchronizer->readDue(0, -1, new RunLimits());

        self::assertSame(1, $this->rowCount('oro_email'));
        self::assertNull($this->oro->tokenStorage->getToken());
    }

    public function testAMailboxOfADisabledUserOrSwitchedOffIsNotDue(): void
    {
        $this->mailbox($this->janeId, false);
        $john = $this->mailbox($this->johnId, false);
        $connection = $this->oro->em->getConnection();
        $connection->executeStatement('UPDATE oro_user SET enabled = false WHERE id = ' . $this->janeId);
        self::assertSame([$this->organizationId => [$john]], $this->services->schedule->due());
        $connection->executeStatement('UPDATE oro_email_origin SET is_sync_enabled = false WHERE id = ' . $john);
        self::assertSame([], $this->services->schedule->due());
    }

    public function testTheLongestUnreadIsReadFirst(): void
    {
        $jane = $this->mailbox($this->janeId, false);
        $john = $this->mailbox($this->johnId, false);
        $set = fn (int $id, string $ago) => $this->oro->em->getConnection()->executeStatement(\sprintf(
            'INSERT INTO exchange_mail_mailbox_state (origin_id, last_run_at)'
            . " VALUES (%d, (now() AT TIME ZONE 'UTC') - INTERVAL '%s')",
            $id,
            $ago
        ));
        $set($jane, '5 minutes');
        $set($john, '50 minutes');

        self::assertSame([$this->organizationId => [$john, $jane]], $this->services->schedule->due());
        self::assertSame([$this->organizationId => [$john]], $this->services->schedule->due(10));
        self::assertSame([$this->organizationId => [$john]], $this->services->schedule->due(0, 1));
    }

    private function origin(int $id): ExchangeEmailOrigin
    {
        $this->oro->em->clear();

        return $this->oro->em->find(ExchangeEmailOrigin::class, $id);
    }

    private function state(int $originId): MailboxState
    {
        return $this->oro->em->getRepository(MailboxState::class)->findOneBy(['origin' => $originId]);
    }

    private function leased(): int
    {
        return (int)$this->rows('SELECT COUNT(*) AS n FROM exchange_mail_mailbox_state WHERE lease IS NOT NULL')[0]['n'];
    }
}
