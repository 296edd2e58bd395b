<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Unit;

use ExchangeMail\Bundle\Settings\DomainList;
use PHPUnit\Framework\TestCase;

final class DomainListTest extends TestCase
{
    public function testDomainsAreTakenAsAdministratorsWriteThem(): void
    {
        $list = DomainList::fromText("Example.com, @example.org;\n  example.com.\nmail.example.net ");

        self::assertSame(['example.com', 'example.org', 'mail.example.net'], $list->domains);
        self::assertSame([], $list->getInvalid());
        self::assertSame("example.com\nexample.org\nmail.example.net", $list->toText());
    }

    /**
     * @dataProvider provideAddresses
     */
    public function testAnAddressIsCoveredByItsWholeDomainOnly(string $address, bool $expected): void
    {
        self::assertSame($expected, DomainList::fromText("example.com\nbücher.example")->covers($address));
    }

    /**
     * @return iterable<array{0: string, 1: bool}>
     */
    public static function provideAddresses(): iterable
    {
        yield ['jane@example.com', true];
        yield ['Jane@EXAMPLE.COM', true];
        yield ['"jane@home"@example.com', true];
        yield ['jane@sub.example.com', false];
        yield ['jane@badexample.com', false];
        yield ['jane@example.com.evil.test', false];
        yield ['jane@bücher.example', true];
        yield ['jane@xn--bcher-kva.example', true];
        yield ['example.com', false];
        yield ['', false];
    }

    public function testEntriesThatAreNoDomainsAreNamed(): void
    {
        self::assertSame(
            ['localhost', '10.0.0.1', 'exa_mple.com', 'jane@example.com'],
            DomainList::fromText('localhost 10.0.0.1 exa_mple.com jane@example.com example.com')->getInvalid()
        );
    }
}
