<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Unit;

use ExchangeMail\Bundle\Manager\KnownOrigin;
use ExchangeMail\Bundle\Manager\OriginPlan;
use ExchangeMail\Bundle\Manager\WantedMailbox;
use PHPUnit\Framework\TestCase;

final class OriginPlanTest extends TestCase
{
    public function testANewMailboxIsCreatedAndAnUnwantedOneSwitchedOff(): void
    {
        $plan = OriginPlan::make(
            [new WantedMailbox('jane@example.com', 1, 1)],
            [new KnownOrigin(7, 'john@example.com', 2, 1, true)]
        );

        self::assertEquals([new WantedMailbox('jane@example.com', 1, 1)], $plan->create);
        self::assertSame([7], $plan->switchOff);
        self::assertSame([], $plan->rename);
    }

    public function testAnOriginThatIsOffAndUnwantedIsLeftAlone(): void
    {
        self::assertTrue(OriginPlan::make([], [new KnownOrigin(7, 'john@example.com', 2, 1, false)])->isEmpty());
    }

    public function testOneAddressThatWentAndOneThatCameAreARename(): void
    {
        $plan = OriginPlan::make(
            [new WantedMailbox('jane.doe@example.com', 1, 1), new WantedMailbox('sales@example.com', 1, 1)],
            [new KnownOrigin(7, 'jane@example.com', 1, 1, true), new KnownOrigin(8, 'sales@example.com', 1, 1, true)]
        );

        self::assertEquals([7 => new WantedMailbox('jane.doe@example.com', 1, 1)], $plan->rename);
        self::assertSame([], $plan->create);
        self::assertSame([], $plan->switchOff);
    }

    public function testTwoAddressesThatCameForOneThatWentAreNoRename(): void
    {
        $plan = OriginPlan::make(
            [new WantedMailbox('a@example.com', 1, 1), new WantedMailbox('b@example.com', 1, 1)],
            [new KnownOrigin(7, 'jane@example.com', 1, 1, true)]
        );

        self::assertSame([], $plan->rename);
        self::assertCount(2, $plan->create);
        self::assertSame([7], $plan->switchOff);
    }

    public function testAnAddressThatMovesToAnotherUserDoesNotTakeTheOthersMailAlong(): void
    {
        $plan = OriginPlan::make(
            [new WantedMailbox('info@example.com', 2, 1)],
            [new KnownOrigin(7, 'info@example.com', 1, 1, true)]
        );

        self::assertEquals([new WantedMailbox('info@example.com', 2, 1)], $plan->create);
        self::assertSame([7], $plan->switchOff);
    }

    public function testAUserOfTwoOrganizationsHasOneOriginInEach(): void
    {
        $plan = OriginPlan::make(
            [new WantedMailbox('jane@example.com', 1, 1), new WantedMailbox('jane@example.com', 1, 2)],
            [new KnownOrigin(7, 'jane@example.com', 1, 1, true)]
        );

        self::assertEquals([new WantedMailbox('jane@example.com', 1, 2)], $plan->create);
        self::assertSame([], [...$plan->rename, ...$plan->switchOn, ...$plan->switchOff]);
    }

    public function testAnAddressThatChangedIsRenamedInEachOrganization(): void
    {
        $plan = OriginPlan::make(
            [new WantedMailbox('doe@example.com', 1, 1), new WantedMailbox('doe@example.com', 1, 2)],
            [new KnownOrigin(7, 'jane@example.com', 1, 1, true), new KnownOrigin(8, 'jane@example.com', 1, 2, true)]
        );

        self::assertSame([7 => 1, 8 => 2], array_map(static fn (WantedMailbox $new): int => $new->organizationId, $plan->rename));
        self::assertSame([], $plan->create);
    }

    public function testOfTwoUsersWithOneAddressTheFirstKeepsIt(): void
    {
        $plan = OriginPlan::make([new WantedMailbox('a@example.com', 2, 1), new WantedMailbox('a@example.com', 1, 1)], []);

        self::assertEquals([new WantedMailbox('a@example.com', 2, 1)], $plan->create);
    }
}
