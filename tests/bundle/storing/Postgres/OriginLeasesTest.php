<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing\Postgres;

use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Lease\LeaseLostException;
use ExchangeMail\Bundle\Lease\OriginLeases;
use ExchangeMail\Bundle\Lease\RunOutdatedException;
use ExchangeMail\Tests\Bundle\Storing\Host\Blank;
use Oro\Bundle\EmailBundle\Sync\AbstractEmailSynchronizer;

final class OriginLeasesTest extends PostgresTestCase
{
    private OriginLeases $leases;

    protected function setUp(): void
    {
        parent::setUp();
        $this->connection->executeStatement(
            'CREATE TABLE oro_email_origin (id SERIAL PRIMARY KEY, sync_code INT, sync_code_updated TIMESTAMP(0),'
            . ' synchronized TIMESTAMP(0), sync_count INT, organization_id INT DEFAULT 1, exchange_outdated BOOLEAN,'
            . ' exchange_lease VARCHAR(32), exchange_lease_until TIMESTAMP(0))'
        );
        $this->leases = new OriginLeases(Blank::of(ManagerRegistry::class, ['getManagerForClass' => $this->em]));
    }

    public function testAMailboxBelongsToOneRunAtATime(): void
    {
        $origin = $this->mailbox();

        self::assertSame([$origin], $this->leases->claim([$origin], 'first'));
        self::assertSame([], $this->leases->claim([$origin], 'second'));
        self::assertFalse($this->leases->start($origin, 'second'));
        self::assertTrue($this->leases->start($origin, 'first'));
        self::assertSame(AbstractEmailSynchronizer::SYNC_CODE_IN_PROCESS, $this->origin($origin)['sync_code']);
    }

    public function testACrashedRunFreesItsMailboxByItselfAndCanNotComeBack(): void
    {
        $origin = $this->mailbox();
        $this->leases->claim([$origin], 'crashed');
        self::assertGreaterThan(0.9 * OriginLeases::DURATION_IN_SECONDS, $this->secondsLeft($origin));

        $this->letTimePass();
        self::assertSame([$origin], $this->leases->claim([$origin], 'next'));
        self::assertSame(0, $this->leases->renew('crashed'));
        self::assertFalse($this->leases->start($origin, 'crashed'));
        $this->expectException(LeaseLostException::class);
        $this->leases->lock($origin, 'crashed');
    }

    public function testAHeartbeatKeepsEveryMailboxOfARun(): void
    {
        $origins = [$this->mailbox(), $this->mailbox()];
        $this->leases->claim($origins, 'busy');
        $this->letTimePass();
        self::assertSame(2, $this->leases->renew('busy'));

        self::assertSame([], $this->leases->claim($origins, 'second'));
        self::assertGreaterThan(0.9 * OriginLeases::DURATION_IN_SECONDS, $this->secondsLeft($origins[1]));
    }

    public function testAReleasedMailboxShowsItsOutcomeAndIsFree(): void
    {
        $origin = $this->mailbox();
        $this->leases->claim([$origin], 'run');
        $this->leases->release($origin, 'other', true);
        self::assertSame('run', $this->origin($origin)['exchange_lease'], 'only its own lease');

        $this->leases->release($origin, 'run', true);
        self::assertSame(
            [null, AbstractEmailSynchronizer::SYNC_CODE_SUCCESS, 1],
            [
                $this->origin($origin)['exchange_lease'],
                $this->origin($origin)['sync_code'],
                $this->origin($origin)['sync_count'],
            ]
        );
        self::assertNotNull($this->origin($origin)['synchronized']);
        $this->leases->claim([$origin], 'run');
        $this->leases->release($origin, 'run', false);
        self::assertSame(AbstractEmailSynchronizer::SYNC_CODE_FAILURE, $this->origin($origin)['sync_code']);
    }

    public function testAnOutdatedRunCanNotStoreUntilANewOneBegins(): void
    {
        $origins = [$this->mailbox(), $this->mailbox()];
        $this->leases->claim([$origins[0]], 'run');
        $this->leases->outdate(2);
        $this->leases->lock($origins[0], 'run');
        $this->leases->outdate(1);
        $this->leases->lock($origins[0], null);
        self::assertSame([$origins[1]], $this->leases->claim($origins, 'next'), 'a free mailbox is outdated by nothing');
        $this->leases->lock($origins[1], 'next');
        try {
            $this->leases->lock($origins[0], 'run');
            self::fail();
        } catch (RunOutdatedException) {
        }

        self::assertSame(1, $this->leases->begin('run'));
        $this->leases->lock($origins[0], 'run');
        self::assertSame(0, $this->leases->begin('unknown'));
    }

    private function mailbox(): int
    {
        return (int)$this->connection->fetchOne('INSERT INTO oro_email_origin DEFAULT VALUES RETURNING id');
    }

    /**
     * @return array<string, mixed>
     */
    private function origin(int $id): array
    {
        return $this->rows('SELECT * FROM oro_email_origin WHERE id = ' . $id)[0];
    }

    private function secondsLeft(int $id): float
    {
        return (float)$this->rows(
            "SELECT EXTRACT(EPOCH FROM exchange_lease_until - (now() AT TIME ZONE 'UTC')) AS s FROM oro_email_origin WHERE id = " . $id
        )[0]['s'];
    }

    private function letTimePass(): void
    {
        $this->connection->executeStatement(\sprintf(
            "UPDATE oro_email_origin SET exchange_lease_until = exchange_lease_until - INTERVAL '%d seconds'",
            OriginLeases::DURATION_IN_SECONDS + 1
        ));
    }
}
