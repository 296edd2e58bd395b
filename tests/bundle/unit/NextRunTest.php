<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Unit;

use ExchangeMail\Bundle\Status\NextRun;
use PHPUnit\Framework\TestCase;

final class NextRunTest extends TestCase
{
    /**
     * @testWith [null, "10:15:20", "10:16:00"]
     *           [null, "10:15:00", "10:16:00"]
     *           ["10:14:00", "10:15:20", "10:16:00"]
     *           ["10:30:00", "10:15:20", "10:30:00"]
     *           ["10:30:01", "10:15:20", "10:31:00"]
     *           ["23:59:30", "10:15:20", "00:00:00"]
     */
    public function testItIsTheFirstMinuteOfCronThatIsNotBeforeTheMailboxsTime(?string $notBefore, string $now, string $expected): void
    {
        $next = NextRun::of(null === $notBefore ? null : new \DateTime('2026-03-01 ' . $notBefore), new \DateTime('2026-03-01 ' . $now));

        self::assertSame($expected, $next->format('H:i:s'));
    }
}
