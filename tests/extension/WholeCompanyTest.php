<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Extension;

use ExchangeSync;
use ExchangeSync\AddressBook;
use ExchangeSync\Mailbox;
use Generator;
use PHPUnit\Framework\TestCase;

final class WholeCompanyTest extends TestCase
{
    public function testEveryMatchArrivesOnceInConstantMemory(): void
    {
        $server = new ExchangeServer(['--generate', 'users=12,messages=500,contacts=200,matched=0.2,size=8k,seed=3']);
        $sync = new ExchangeSync($server->options(['domains' => $this->domains($server)]));
        $book = new AddressBook();
        $book->addUsers($server->rows('users'));
        $book->addContacts($server->rows('contacts'));
        $mailboxes = static function () use ($server): Generator {
            foreach ($server->rows('users') as [$email]) {
                yield new Mailbox($email);
            }
        };
        $keys = $done = [];
        $seen = $peak = 0;
        foreach ($sync->run($mailboxes(), $book) as $batch) {
            self::assertNull($batch->failure);
            self::assertSame([], $batch->skipped);
            foreach ($batch->messages as $message) {
                $keys[] = $batch->mailbox . ' ' . $message->messageId;
            }
            $seen += $batch->seen;
            $done[] = $batch->done ? $batch->mailbox : null;
            $first ??= memory_get_usage();
            $peak = max($peak, memory_get_usage() - $first);
        }
        self::assertCount($server->ready['expected_matches'], $keys);
        self::assertSame($keys, array_unique($keys));
        self::assertGreaterThanOrEqual(12 * 500, $seen);
        self::assertCount(12, array_filter($done));
        self::assertLessThan(4 << 20, $peak, 'PHP holds one batch at a time.');
    }

    /** @return list<string> */
    private function domains(ExchangeServer $server): array
    {
        $addresses = array_column(iterator_to_array($server->rows('users'), false), 0);

        return array_values(array_unique(array_map(static fn(string $email): string => explode('@', $email)[1], $addresses)));
    }
}
