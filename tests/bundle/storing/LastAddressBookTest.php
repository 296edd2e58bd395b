<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing;

use ExchangeMail\Bundle\AddressBook\LastAddressBook;
use ExchangeSync\AddressBook;
use PHPUnit\Framework\TestCase;

final class LastAddressBookTest extends TestCase
{
    public function testItIsFoundWhileItIsYoungAndNothingElseChanged(): void
    {
        $book = new AddressBook();
        $last = new LastAddressBook();
        self::assertNull($last->find(1, 'a', 60));

        $last->keep(1, 'a', $book, hrtime(true));
        self::assertSame($book, $last->find(1, 'a', 60));
        self::assertNull($last->find(2, 'a', 60));
        self::assertNull($last->find(1, 'b', 60));

        $last->keep(1, 'a', $book, hrtime(true) - 60_000_000_000);
        self::assertNull($last->find(1, 'a', 60));
        self::assertSame($book, $last->find(1, 'a', 61));

        $last->forget();
        self::assertNull($last->find(1, 'a', 61));
    }
}
