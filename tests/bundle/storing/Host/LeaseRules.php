<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing\Host;

use Doctrine\DBAL\Connection;
use Doctrine\DBAL\Schema\Schema;
use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Exception\LeaseLostException;
use ExchangeMail\Bundle\Lease\OriginLeases;
use ExchangeMail\Bundle\Migrations\Schema\ExchangeMailBundleInstaller;
use Oro\Bundle\MigrationBundle\Migration\QueryBag;

/**
 * What has to be true of leases on every database.
 *
 * @property Connection $connection
 */
trait LeaseRules
{
    private OriginLeases $leases;

    private function createLeases(): void
    {
        foreach ($this->tables()->toSql($this->connection->getDatabasePlatform()) as $sql) {
            $this->connection->executeStatement($sql);
        }
        $this->leases = new OriginLeases(Blank::of(ManagerRegistry::class, ['getManagerForClass' => $this->em]));
    }

    public function testAMailboxBelongsToOneRunAtATime(): void
    {
        $origin = $this->mailbox();

        self::assertSame([$origin], $this->leases->take([$origin], 'first'));
        self::assertSame([], $this->leases->take([$origin], 'second'));
        $this->leases->lock($origin, 'first');
        $this->leases->lock($origin, null);
        $this->expectException(LeaseLostException::class);
        $this->leases->lock($origin, 'second');
    }

    public function testOfAGroupThoseAreTakenThatAreFreeInItsOrder(): void
    {
        $origins = [$this->mailbox(), $this->mailbox(), $this->mailbox()];
        $this->leases->take([$origins[1]], 'other');

        self::assertSame([$origins[2], $origins[0]], $this->leases->take(array_reverse($origins), 'group'));
        self::assertSame([], $this->leases->take([999], 'nobody'), 'an origin that was removed');
    }

    public function testACrashedRunFreesItsMailboxByItselfAndCanNotComeBack(): void
    {
        $origin = $this->mailbox();
        $this->leases->take([$origin], 'crashed');
        self::assertGreaterThan(0.9 * OriginLeases::DURATION_IN_SECONDS, $this->secondsLeft($origin));

        $this->letTimePass();
        self::assertSame([$origin], $this->leases->take([$origin], 'next'));
        $this->leases->renew('crashed');
        $this->leases->finish([$origin], 'crashed');
        $this->leases->releaseAll('crashed');
        self::assertSame('next', $this->state($origin)['lease']);
        $this->expectException(LeaseLostException::class);
        $this->leases->lock($origin, 'crashed');
    }

    public function testAHeartbeatKeepsEveryMailboxOfARun(): void
    {
        $origins = [$this->mailbox(), $this->mailbox()];
        $this->leases->take($origins, 'busy');
        $this->letTimePass();
        $this->leases->renew('busy');

        self::assertSame([], $this->leases->take($origins, 'second'));
        self::assertGreaterThan(0.9 * OriginLeases::DURATION_IN_SECONDS, $this->secondsLeft($origins[1]));
    }

    public function testAFinishedMailboxIsFreeAndOneThatWasNotReachedWasNotRead(): void
    {
        $origins = [$this->mailbox(), $this->mailbox()];
        $this->leases->take($origins, 'run');
        $this->leases->finish($origins, 'other');
        self::assertSame('run', $this->state($origins[0])['lease'], 'only its own lease');

        $this->leases->finish([$origins[0]], 'run');
        $this->leases->releaseAll('run');
        self::assertNotNull($this->state($origins[0])['last_run_at']);
        self::assertNull($this->state($origins[1])['last_run_at']);
        self::assertSame($origins, $this->leases->take($origins, 'next'));
    }

    public function testAMailboxWaitsInOneMessageUntilAConsumerTakesItOrTheMessageIsLost(): void
    {
        $origin = $this->mailbox();
        self::assertSame([$origin], $this->leases->queue([$origin], 'one'));
        self::assertSame([], $this->leases->queue([$origin], 'two'));
        $this->letTimePass();
        self::assertSame([$origin], $this->leases->queue([$origin], 'two'));

        self::assertSame([$origin], $this->leases->takeQueued([$origin], 'one', 'run'), 'it was only slow');
        self::assertSame([], $this->leases->takeQueued([$origin], 'two', 'other'));
        self::assertSame([], $this->leases->queue([$origin], 'three'), 'it is being read');
        $this->leases->finish([$origin], 'run');
        self::assertSame([], $this->leases->takeQueued([$origin], 'one', 'again'), 'delivered twice');
        self::assertSame([$origin], $this->leases->queue([$origin], 'three'));
    }

    public function testAMessageThatIsDeliveredAgainTakesWhatItsCrashedConsumerHad(): void
    {
        $origin = $this->mailbox();
        $this->leases->queue([$origin], 'message');
        $this->leases->takeQueued([$origin], 'message', 'crashed');

        self::assertSame([], $this->leases->takeQueued([$origin], 'other', 'run'));
        self::assertSame([$origin], $this->leases->takeQueued([$origin], 'message', 'run'));
        $this->expectException(LeaseLostException::class);
        $this->leases->lock($origin, 'crashed');
    }

    public function testAMessageDoesNotTakeWhatSomebodyReadsInTheForeground(): void
    {
        $origin = $this->mailbox();
        $this->leases->queue([$origin], 'message');
        self::assertSame([$origin], $this->leases->take([$origin], 'foreground'));

        self::assertSame([], $this->leases->takeQueued([$origin], 'message', 'consumer'));
        $this->leases->lock($origin, 'foreground');
    }

    public function testTheOldestBookIsThatOfTheRunsThatGoOnInTheOrganization(): void
    {
        $origins = [$this->mailbox(), $this->mailbox()];
        self::assertNull($this->leases->oldestBook(1));
        $this->leases->take([$origins[0]], 'old');
        $this->sql('UPDATE exchange_mail_mailbox_state SET book_at = ' . $this->ago(60));
        $this->leases->take([$origins[1]], 'new');

        self::assertEqualsWithDelta(time() - 60, $this->leases->oldestBook(1)->getTimestamp(), 2);
        self::assertNull($this->leases->oldestBook(2));
        $this->leases->finish([$origins[0]], 'old');
        self::assertEqualsWithDelta(time(), $this->leases->oldestBook(1)->getTimestamp(), 2);
        $this->letTimePass();
        self::assertNull($this->leases->oldestBook(1), 'a crashed run reads nothing any more');
    }

    private function ago(int $seconds): string
    {
        return "'" . gmdate('Y-m-d H:i:s', time() - $seconds) . "'";
    }

    private function tables(): Schema
    {
        $schema = new Schema();
        foreach (['oro_email_origin', 'oro_email_folder', 'oro_email', 'oro_organization'] as $name) {
            $table = $schema->createTable($name);
            $table->addColumn('id', 'integer', ['autoincrement' => true]);
            $table->setPrimaryKey(['id']);
        }
        $schema->getTable('oro_email_origin')->addColumn('owner_id', 'integer', ['notnull' => false]);
        $schema->getTable('oro_email_origin')->addColumn('organization_id', 'integer', ['default' => 1]);
        (new ExchangeMailBundleInstaller())->up($schema, Blank::of(QueryBag::class));

        return $schema;
    }

    private function mailbox(): int
    {
        $this->connection->insert('oro_email_origin', ['organization_id' => 1]);

        return (int)$this->connection->lastInsertId();
    }

    /**
     * @return array<string, mixed>
     */
    private function state(int $originId): array
    {
        return $this->rows('SELECT * FROM exchange_mail_mailbox_state WHERE origin_id = ' . $originId)[0];
    }

    private function secondsLeft(int $originId): int
    {
        return (new \DateTimeImmutable($this->state($originId)['lease_until'], new \DateTimeZone('UTC')))->getTimestamp() - time();
    }

    private function letTimePass(): void
    {
        $this->sql('UPDATE exchange_mail_mailbox_state SET lease_until = ' . $this->ago(1) . ' WHERE lease IS NOT NULL');
        $this->sql('UPDATE exchange_mail_mailbox_state SET queued_until = ' . $this->ago(1) . ' WHERE queued_until IS NOT NULL');
    }

    private function sql(string $statement): void
    {
        $this->connection->executeStatement($statement);
    }
}
