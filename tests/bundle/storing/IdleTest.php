<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing;

use Doctrine\DBAL\Logging\DebugStack;
use ExchangeMail\Bundle\Lease\OriginLeases;
use ExchangeMail\Bundle\Sync\RunLimits;
use ExchangeSync\Batch;
use ExchangeSync\ConnectionException;
use ExchangeSync\Failure;
use Oro\Bundle\OrganizationBundle\Entity\Organization;

/**
 * What mailboxes without news cost the database, every minute: a few statements, however many mailboxes, and no row of Oro's.
 */
final class IdleTest extends OroTestCase
{
    private const STATEMENTS_AT_MOST = 20;

    protected function setUp(): void
    {
        parent::setUp();
        $this->oro->em->getConnection()->executeStatement('DELETE FROM exchange_mail_late_address');
        $organization = $this->oro->em->find(Organization::class, $this->organizationId);
        for ($i = 0; $i < 18; ++$i) {
            $user = $this->newUser('user' . $i, $organization);
            $this->oro->em->flush();
            $this->mailbox($user->getId(), false);
            $organization = $this->oro->em->find(Organization::class, $this->organizationId);
        }
        $this->mailbox($this->janeId, false);
        $this->mailbox($this->johnId, false);
        $this->oro->em->getConnection()->executeStatement('DELETE FROM exchange_mail_late_address');
    }

    public function testTwentyMailboxesWithoutNewsTakeAFewStatementsAndWriteNothingOfOros(): void
    {
        $this->tick();
        $origins = $this->rows('SELECT * FROM oro_email_origin ORDER BY id');

        $log = $this->logged($this->tick(...));
        self::assertCount(20, $this->rows('SELECT id FROM exchange_mail_mailbox_state WHERE lease IS NULL AND ticket IS NULL'));
        self::assertLessThanOrEqual(self::STATEMENTS_AT_MOST, \count($log), implode("\n", $log));
        self::assertSame([], preg_grep('/^(UPDATE|INSERT INTO) oro_/', $log));
        self::assertSame($origins, $this->rows('SELECT * FROM oro_email_origin ORDER BY id'));
    }

    public function testAnErrorThatStaysIsWrittenOnce(): void
    {
        $this->engine->batches['jane@example.com'] = [new Batch(
            'jane@example.com',
            failure: new Failure(ConnectionException::class, null, 'No answer.', 'Check the network.'),
            done: true
        )];
        $this->tick();
        $log = $this->logged($this->tick(...));

        self::assertSame([], preg_grep('/^UPDATE oro_/', $log));
        unset($this->engine->batches['jane@example.com']);
        $log = $this->logged($this->tick(...));
        self::assertCount(1, preg_grep('/^UPDATE oro_email_origin/', $log));
        self::assertSame([], $this->rows('SELECT id FROM oro_email_origin WHERE exchange_last_error IS NOT NULL'));
    }

    /**
     * What cron and a consumer do in one minute, without the message itself.
     */
    private function tick(): void
    {
        $this->oro->producer->messages = [];
        $this->services->synchronizer->sync(0, 0, -1, -1);
        $this->services->lateSchedule->send();
        foreach ($this->oro->producer->messages as [, $body]) {
            $token = OriginLeases::newToken();
            $taken = $this->services->leases->takeQueued($body['originIds'], $body['ticket'], $token);
            $this->services->run->run($this->organizationId, $taken, $token, new RunLimits());
        }
        $this->oro->em->clear();
    }

    /**
     * @return list<string>
     */
    private function logged(callable $work): array
    {
        $log = new DebugStack();
        $configuration = $this->oro->em->getConnection()->getConfiguration();
        $configuration->setSQLLogger($log);
        $work();
        $configuration->setSQLLogger(null);

        return array_column($log->queries, 'sql');
    }
}
