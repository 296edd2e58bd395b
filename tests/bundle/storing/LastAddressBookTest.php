<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing;

use ExchangeMail\Bundle\AddressBook\LastAddressBook;
use ExchangeSync\AddressBook;
use PHPUnit\Framework\TestCase;

final class LastAddressBookTest extends TestCase
{
    public function testItIsFoundWhileItIsYoungAndKnowsTheUsersOfNewMailboxes(): void
    {
        $book = new AddressBook();
        $last = new LastAddressBook();
        self::assertNull($last->find(1, 60));

        $last->keep(1, $book, hrtime(true), [7]);
        self::assertSame($book, $last->find(1, 60));
        self::assertSame($book, $last->find(1, 60, [7]));
        self::assertNull($last->find(1, 60, [7, 8]));
        self::assertNull($last->find(2, 60));

        $last->keep(1, $book, hrtime(true) - 60_000_000_000);
        self::assertNull($last->find(1, 60));
        self::assertSame($book, $last->find(1, 61));

        $last->forget();
        self::assertNull($last->find(1, 61));
    }

    public function testItKnowsWhichLateAddressesItWasTold(): void
    {
        $last = new LastAddressBook();
        $last->update('1:5', [5 => 'a@x.test']);
        self::assertTrue($last->isUpToDate('1:5'));
        self::assertFalse($last->isUpToDate('2:11'));
        self::assertSame([6 => 'b@x.test'], $last->unknown([5 => 'a@x.test', 6 => 'b@x.test']));
    }
}
