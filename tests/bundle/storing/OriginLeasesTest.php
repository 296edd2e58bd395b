<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing;

use ExchangeMail\Bundle\Lease\LeaseLostException;
use ExchangeMail\Bundle\Lease\OriginLeases;
use Oro\Bundle\EmailBundle\Sync\AbstractEmailSynchronizer;

final class OriginLeasesTest extends OroTestCase
{
    public function testAMailboxBelongsToOneRunAtATime(): void
    {
        $origin = $this->mailbox($this->janeId, false);
        $leases = $this->services->leases;

        self::assertSame([$origin], $leases->claim([$origin], 'first'));
        self::assertSame([], $leases->claim([$origin], 'second'));
        self::assertFalse($leases->start($origin, 'second'));
        self::assertTrue($leases->start($origin, 'first'));
        self::assertSame(AbstractEmailSynchronizer::SYNC_CODE_IN_PROCESS, $this->origin($origin)['sync_code']);
    }

    public function testACrashedRunFreesItsMailboxByItselfAndCanNotComeBack(): void
    {
        $origin = $this->mailbox($this->janeId, false);
        $leases = $this->services->leases;
        $leases->claim([$origin], 'crashed');
        self::assertGreaterThan(0.9 * OriginLeases::DURATION_IN_SECONDS, $this->secondsLeft($origin));

        $this->letTimePass();
        self::assertSame([$origin], $leases->claim([$origin], 'next'));
        self::assertSame(0, $leases->renew('crashed'));
        self::assertFalse($leases->start($origin, 'crashed'));
        $this->expectException(LeaseLostException::class);
        $leases->lock($origin, 'crashed');
    }

    public function testAHeartbeatKeepsEveryMailboxOfARun(): void
    {
        $origins = [$this->mailbox($this->janeId, false), $this->mailbox($this->johnId, false)];
        $leases = $this->services->leases;
        $leases->claim($origins, 'busy');
        $this->letTimePass();
        self::assertSame(2, $leases->renew('busy'));

        self::assertSame([], $leases->claim($origins, 'second'));
        self::assertGreaterThan(0.9 * OriginLeases::DURATION_IN_SECONDS, $this->secondsLeft($origins[1]));
    }

    public function testAReleasedMailboxShowsItsOutcomeAndIsFree(): void
    {
        $origin = $this->mailbox($this->janeId, false);
        $leases = $this->services->leases;
        $leases->claim([$origin], 'run');
        $leases->release($origin, 'other', true);
        self::assertSame('run', $this->origin($origin)['exchange_lease'], 'only its own lease');

        $leases->release($origin, 'run', true);
        self::assertSame(
            [null, AbstractEmailSynchronizer::SYNC_CODE_SUCCESS, 1],
            [
                $this->origin($origin)['exchange_lease'],
                $this->origin($origin)['sync_code'],
                $this->origin($origin)['sync_count'],
            ]
        );
        self::assertNotNull($this->origin($origin)['synchronized']);
        $leases->claim([$origin], 'run');
        $leases->release($origin, 'run', false);
        self::assertSame(AbstractEmailSynchronizer::SYNC_CODE_FAILURE, $this->origin($origin)['sync_code']);
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
        $this->oro->em->getConnection()->executeStatement(\sprintf(
            "UPDATE oro_email_origin SET exchange_lease_until = exchange_lease_until - INTERVAL '%d seconds'",
            OriginLeases::DURATION_IN_SECONDS + 1
        ));
    }
}
