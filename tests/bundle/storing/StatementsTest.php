<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing;

use Doctrine\DBAL\Logging\DebugStack;
use ExchangeMail\Tests\Bundle\Storing\Host\Mail;
use ExchangeSync\Batch;

/**
 * How often storing asks the database: Oro's listeners nest flushes, and what they see in each of them costs a query an e-mail.
 */
final class StatementsTest extends OroTestCase
{
    private const MESSAGES = 40;

    public function testAnEmailsActivityIsLookedForSomeTimesAndWhatNoListenerNeedsIsOneStatement(): void
    {
        $origin = $this->mailbox($this->janeId);
        $messages = [];
        for ($i = 0; $i < self::MESSAGES; ++$i) {
            $messages[] = Mail::message([
                'messageId' => "<$i@customer.test>",
                'sent' => new \DateTimeImmutable("2026-03-05 10:$i:00 UTC"),
                'references' => 1 === $i % 3 ? [\sprintf('<%d@customer.test>', $i - 1)] : [],
            ]);
        }
        $log = new DebugStack();
        $this->oro->em->getConnection()->getConfiguration()->setSQLLogger($log);
        $this->store($origin, new Batch('jane@example.com', Mail::inbox(), $messages, checkpoint: 'x'));
        $this->oro->em->getConnection()->getConfiguration()->setSQLLogger(null);

        self::assertSame(self::MESSAGES, $this->rowCount('oro_activity_list'));
        self::assertSame(self::MESSAGES, $this->rowCount('oro_email_user_folders'));
        self::assertSame(self::MESSAGES, $this->rowCount('exchange_mail_email'));
        self::assertLessThanOrEqual(3 * self::MESSAGES, self::times($log, '/^SELECT .* FROM oro_activity_list /'));
        self::assertSame(1, self::times($log, '/^INSERT INTO oro_email_user_folders /'));
        self::assertSame(1, self::times($log, '/^INSERT INTO exchange_mail_email /'));
        self::assertSame(1, self::times($log, '/pg_advisory_xact_lock/'));
        self::assertSame(1, self::times($log, '/^"?COMMIT/'));
    }

    private static function times(DebugStack $log, string $pattern): int
    {
        return \count(preg_grep($pattern, array_column($log->queries, 'sql')) ?: []);
    }
}
