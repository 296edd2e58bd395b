<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing;

use ExchangeMail\Bundle\Async\Topic\SyncMailboxesTopic;
use ExchangeMail\Bundle\Settings\SettingsProvider;
use ExchangeMail\Bundle\Sync\MailboxWatch;
use ExchangeMail\Tests\Bundle\Storing\Host\Blank;
use ExchangeSync\AuthenticationException;
use ExchangeSync\Failure;
use ExchangeSync\ImpersonationException;
use ExchangeSync\News;
use ExchangeSync\ThrottledException;
use Oro\Bundle\SecurityBundle\Encoder\SymmetricCrypterInterface;

final class MailboxWatchTest extends OroTestCase
{
    public function testEachMailboxIsSentAtTheBeginningInOneMessage(): void
    {
        $jane = $this->mailbox($this->janeId, false);
        $john = $this->mailbox($this->johnId, false);

        // Oro does so for every console command, and sends what it has when the command ends
        $this->oro->bufferedProducer->enableBuffering();
        $this->watch();

        self::assertSame([['jane@example.com', 'john@example.com']], $this->engine->watches);
        self::assertSame([[$jane, $john]], $this->sent());
        self::assertSame($this->organizationId, $this->oro->producer->messages[0][1][SyncMailboxesTopic::ORGANIZATION_ID]);
    }

    public function testAMailboxWithNewsIsSentUnlessItIsBeingReadOrPutOff(): void
    {
        $jane = $this->mailbox($this->janeId, false);
        $this->mailbox($this->johnId);
        $news = function (string $set) use ($jane): void {
            $this->sql('UPDATE exchange_mail_mailbox_state SET ticket = NULL, queued_until = NULL WHERE origin_id = ' . $jane);
            $this->sql("UPDATE oro_email_origin SET $set WHERE id = $jane");
            $this->engine->watch->news = [new News('jane@example.com'), new News('john@example.com')];
        };

        $this->watch(
            fn () => $news('exchange_next_run_at = NULL'),
            fn () => $news("exchange_next_run_at = now() + interval '2 days'")
        );

        self::assertSame([[$jane], [$jane]], $this->sent());
    }

    public function testAMailboxThatCannotBeWatchedIsLoggedAndLeftToCron(): void
    {
        $this->mailbox($this->janeId, false);
        $failure = new Failure(ImpersonationException::class, 'ErrorImpersonateUserDenied', 'Denied.', 'Grant it.');

        $this->watch(function () use ($failure): void {
            $this->oro->producer->messages = [];
            $this->engine->watch->news = [new News('jane@example.com', $failure)];
        });

        self::assertStringContainsString('Grant it.', $this->services->logger->text());
        self::assertSame([], $this->sent());
    }

    public function testAMailboxThatTheServerWantsToBeLeftAloneIsNotAskedForBeforeThatByAnyProcess(): void
    {
        $jane = $this->mailbox($this->janeId, false);
        $john = $this->mailbox($this->johnId, false);
        $retryAt = new \DateTimeImmutable('+10 minutes');
        $failure = new Failure(ThrottledException::class, 'ErrorServerBusy', 'Busy.', 'Wait.', $retryAt);

        $this->watch(function () use ($failure): void {
            $this->sql('UPDATE exchange_mail_mailbox_state SET ticket = NULL, queued_until = NULL');
            $this->engine->watch->news = [new News('jane@example.com', $failure)];
        });
        self::assertSame([$this->organizationId => [$john]], $this->services->schedule->due(), 'cron');
        $this->watch();
        self::assertSame(['john@example.com'], $this->engine->watches[1], 'another watch');

        $this->sql("UPDATE oro_email_origin SET exchange_next_run_at = exchange_next_run_at - INTERVAL '11 minutes'");
        $this->watch();
        self::assertSame(['jane@example.com', 'john@example.com'], $this->engine->watches[2]);
        $this->sql('UPDATE exchange_mail_mailbox_state SET ticket = NULL, queued_until = NULL');
        self::assertContains($jane, $this->services->schedule->due()[$this->organizationId]);
    }

    public function testARefusedLoginEndsTheWatchAndPutsAllMailboxesOff(): void
    {
        $this->mailbox($this->janeId, false);
        $this->mailbox($this->johnId, false);
        $failure = new Failure(AuthenticationException::class, null, 'Refused.', 'Check the password.');
        $news = [new News('jane@example.com', $failure), new News('john@example.com', $failure)];

        $this->watch(function () use ($news): void {
            $this->sql('UPDATE exchange_mail_mailbox_state SET ticket = NULL, queued_until = NULL');
            $this->oro->producer->messages = [];
            $this->engine->watch->news = $news;
        });
        $this->watch();

        self::assertCount(1, $this->engine->watches, 'no watch while all mailboxes are put off');
        self::assertSame([], $this->sent());
        self::assertSame([], $this->services->schedule->due());
    }

    public function testWithoutAnyMailboxOrSwitchedOffNothingIsWatched(): void
    {
        $this->watch();
        $this->mailbox($this->janeId, false);
        $this->engine->enabled = false;
        $this->watch();

        self::assertSame([], $this->engine->watches);
    }

    public function testTwoMailboxesWithOneAddressAreBothSent(): void
    {
        $jane = $this->mailbox($this->janeId, false);
        $john = $this->mailbox($this->johnId, false);
        $this->sql("UPDATE oro_email_origin SET exchange_mailbox = 'jane@example.com' WHERE id = $john");

        $this->watch();

        self::assertSame([['jane@example.com']], $this->engine->watches);
        self::assertSame([[$jane, $john]], $this->sent());
    }

    /**
     * Looks around once, then goes on for as long as steps are left.
     */
    private function watch(callable ...$steps): void
    {
        $calls = 0;
        $this->mailboxWatch()->run(static function () use (&$calls, $steps): bool {
            if (isset($steps[++$calls - 2])) {
                $steps[$calls - 2]();
            }

            return $calls > \count($steps) + 1;
        });
    }

    private function mailboxWatch(): MailboxWatch
    {
        return new MailboxWatch(
            $this->oro->doctrine,
            $this->engine,
            new SettingsProvider($this->oro->config, Blank::of(SymmetricCrypterInterface::class)),
            $this->services->schedule,
            $this->services->queue,
            $this->services->logger
        );
    }

    /**
     * @return list<list<int>> origins of each message
     */
    private function sent(): array
    {
        return array_map(
            static fn (array $message): array => $message[1][SyncMailboxesTopic::ORIGIN_IDS],
            $this->oro->producer->messages
        );
    }

    private function sql(string $statement): void
    {
        $this->oro->em->getConnection()->executeStatement($statement);
    }
}
