<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Extension;

use ArrayIterator;
use ArrayObject;
use DomainException;
use ExchangeSync\AddressBook;
use ExchangeSync\ConfigurationException;
use ExchangeSync\Exception;
use Generator;
use PHPUnit\Framework\TestCase;

final class AddressBookTest extends TestCase
{
    public function testItTakesEveryKindOfIterable(): void
    {
        $book = new AddressBook();
        self::assertSame(2, $book->addContacts([['a@customer.example', 1], ['B <b@customer.example>', 2]]));
        self::assertSame(1, $book->addContacts(new ArrayIterator([['c@customer.example', 3]])));
        self::assertSame(1, $book->addContacts(new ArrayObject([['d@customer.example', 4]])));
        self::assertSame(1, $book->addUsers((static fn(): Generator => yield ['e@example.com', 5])()));
        self::assertSame(0, $book->addUsers([]));
        self::assertCount(5, $book);
    }

    public function testRowsWithoutAnAddressAreNotTaken(): void
    {
        $book = new AddressBook();
        self::assertSame(1, $book->addContacts([['no address', 1], ['', 2], [null, 3], ['A@Customer.example', '4']]));
        self::assertCount(1, $book);
        self::assertSame(1, $book->addContacts([['a@customer.EXAMPLE', 4]]), 'The same in another case.');
        self::assertCount(1, $book);
    }

    /**
     * @dataProvider wrongRows
     */
    public function testARowOfAnotherShapeIsNamed(array $rows, string $says): void
    {
        $book = new AddressBook();
        try {
            $book->addContacts($rows);
            self::fail('No exception.');
        } catch (ConfigurationException $e) {
            self::assertStringContainsString($says, $e->getMessage());
        }
        self::assertCount(count($rows) - 1, $book, 'What came before is taken.');
        self::assertSame(1, $book->addContacts([['z@customer.example', 9]]), 'The book works on.');
    }

    public static function wrongRows(): iterable
    {
        yield 'a string' => [['a@customer.example'], 'row 1'];
        yield 'one column' => [[['a@customer.example', 1], ['b@customer.example']], 'row 2'];
        yield 'an id in words' => [[['a@customer.example', 'one']], 'row 1'];
        yield 'names for columns' => [[['email' => 'a@customer.example', 'id' => 1]], 'row 1'];
    }

    public function testWhatTheGeneratorThrowsGoesThroughAndItsFinallyRuns(): void
    {
        $closed = false;
        $rows = (static function () use (&$closed): Generator {
            try {
                yield ['a@customer.example', 1];
                throw new DomainException('The database is gone.');
            } finally {
                $closed = true;
            }
        })();
        $book = new AddressBook();
        try {
            $book->addContacts($rows);
            self::fail('No exception.');
        } catch (DomainException $e) {
            self::assertSame('The database is gone.', $e->getMessage());
        }
        self::assertTrue($closed);
        self::assertCount(1, $book);
    }

    public function testAGeneratorIsLetGoWhenARowIsWrong(): void
    {
        $closed = false;
        $rows = (static function () use (&$closed): Generator {
            try {
                yield 'wrong';
                yield 'never asked for';
            } finally {
                $closed = true;
            }
        });
        try {
            (new AddressBook())->addContacts($rows());
            self::fail('No exception.');
        } catch (ConfigurationException) {
            self::assertTrue($closed);
        }
    }

    public function testTheGeneratorCannotFillTheBookThatItFills(): void
    {
        $book = new AddressBook();
        $rows = (static function () use ($book): Generator {
            yield ['a@customer.example', 1];
            $book->addUsers([['b@example.com', 2]]);
        })();
        $this->expectException(Exception::class);
        $this->expectExceptionMessage('filled just now');
        $book->addContacts($rows);
    }

    public function testAMillionRowsTakeNoMemoryOfPhp(): void
    {
        $rows = static function (): Generator {
            for ($id = 1; $id <= 1_000_000; ++$id) {
                yield ["contact$id@customer$id.example", $id];
            }
        };
        $book = new AddressBook();
        $book->addContacts([['first@customer.example', 1]]);
        gc_collect_cycles();
        memory_reset_peak_usage();
        $before = memory_get_usage();
        self::assertSame(1_000_000, $book->addContacts($rows()));
        self::assertLessThan(1 << 20, memory_get_peak_usage() - $before, 'PHP holds one row at a time.');
        self::assertSame(1_000_001, count($book));
    }
}
