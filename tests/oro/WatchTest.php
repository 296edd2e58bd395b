<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Oro;

use ExchangeMail\Tests\Oro\Support\OroTestCase;

/**
 * Oro's real producer, queue and consumer: what the watch sends arrives while it goes on, and nothing blocks another.
 */
final class WatchTest extends OroTestCase
{
    private const DOMAIN = 'watch.example';

    public function testNewMailIsStoredWhileTheWatchGoesOnAndCronIsNotBlocked(): void
    {
        $server = self::company(self::DOMAIN);
        self::tick();
        $consumer = self::$oro->start('oro:message-queue:consume', ['--time-limit=+4 minutes']);
        $watch = self::$oro->start('oro:exchange:watch', ['--time-limit=+3 minutes']);
        self::waitFor(static fn (): bool => $server->stats()['requests']['Subscribe'] ?? 0 > 0, 'the watch subscribes');

        self::deliver($server, self::DOMAIN, 'First while watched');
        self::waitFor(static fn (): bool => 1 === self::collected('First while watched'), 'the first mail is stored');
        self::deliver($server, self::DOMAIN, 'Second while watched');
        self::waitFor(static fn (): bool => 1 === self::collected('Second while watched'), 'the second mail is stored');

        self::assertTrue($watch->isRunning(), $watch->read());
        self::deliver($server, self::DOMAIN, 'Third, by cron');
        $cron = self::$oro->console('oro:cron:exchange-sync', ['--foreground']);
        self::assertSame(0, $cron->code, $cron->output);
        self::waitFor(static fn (): bool => 1 === self::collected('Third, by cron'), 'cron is not blocked by the watch');

        $watch->signal(\SIGTERM);
        self::assertSame(0, $watch->wait(30)->code, $watch->read());
        $consumer->signal(\SIGTERM);
        $consumer->wait(60);
    }

    public function testMailboxesWaitBehindOrosOwnMessages(): void
    {
        $server = self::company('priority.example');
        self::deliver($server, 'priority.example', 'Low priority');

        self::$oro->console('oro:cron:exchange-sync');

        $priorities = self::$oro->rows(
            "SELECT priority FROM oro_message_queue WHERE properties LIKE '%exchange_mail%' OR headers LIKE '%exchange_mail%'"
        );
        self::assertNotSame([], $priorities);
        foreach ($priorities as $row) {
            self::assertLessThan(2, (int)$row['priority'], 'Oro\'s MessagePriority: 0 very low, 1 low, 2 normal');
        }
        self::$oro->drainQueue();
        self::assertSame(1, self::collected('Low priority'));
    }

    public function testAConsumerThatIsKilledLosesNothingAndStoresNothingTwice(): void
    {
        $domain = 'killed.example';
        $server = self::company($domain);
        for ($number = 1; $number <= 300; ++$number) {
            self::deliver($server, $domain, "Killed $number");
        }
        self::$oro->console('oro:cron:exchange-sync');
        $like = "SELECT COUNT(*) FROM oro_email WHERE subject LIKE 'Killed %'";
        for ($kill = 1; $kill <= 3; ++$kill) {
            $before = (int)self::$oro->value($like);
            $consumer = self::$oro->start('oro:message-queue:consume', ['--time-limit=+2 minutes']);
            self::waitFor(
                static fn (): bool => (int)self::$oro->value($like) > $before || !$consumer->isRunning(),
                'the consumer stores',
                120
            );
            $consumer->signal(\SIGKILL);
            // What Oro's cron does for messages of consumers that are gone.
            self::$oro->execute('UPDATE oro_message_queue SET consumer_id = NULL, redelivered = ' . $this->true());
            self::$oro->execute('UPDATE exchange_mail_mailbox_state SET lease_until = NULL, lease = NULL');
            self::$oro->console('oro:cron:exchange-sync');
        }

        self::tick();
        self::tick();

        self::assertSame('300', (string)self::$oro->value($like));
        self::assertSame('300', (string)self::$oro->value(
            "SELECT COUNT(*) FROM oro_email_user eu JOIN oro_email e ON e.id = eu.email_id WHERE e.subject LIKE 'Killed %'"
        ));
    }

    private function true(): string
    {
        return self::$oro->isPostgres() ? 'TRUE' : '1';
    }
}
