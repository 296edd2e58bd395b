<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Extension;

use DomainException;
use ExchangeSync;
use ExchangeSync\AuthenticationException;
use ExchangeSync\Batch;
use ExchangeSync\ConfigurationException;
use ExchangeSync\Exception;
use ExchangeSync\Mailbox;
use ExchangeSync\Run;
use Generator;
use PHPUnit\Framework\TestCase;

final class RunTest extends TestCase
{
    private ExchangeServer $server;
    private ExchangeSync $sync;

    protected function setUp(): void
    {
        $this->server = ExchangeServer::ofJaneAndJoe();
        $this->sync = new ExchangeSync($this->server->options());
    }

    public function testTheNextRunBringsOnlyWhatIsNew(): void
    {
        $this->server->fill(ExchangeServer::JANE, 5);
        $checkpoints = [];
        $subjects = [];
        foreach ($this->sync() as $number => $batch) {
            self::assertIsInt($number);
            $subjects = [...$subjects, ...array_column($batch->messages, 'subject')];
            if (null !== $batch->checkpoint) {
                $checkpoints[$batch->folder->id] = $batch->checkpoint;
            }
        }
        self::assertEqualsCanonicalizing(['Mail 1', 'Mail 2', 'Mail 3', 'Mail 4', 'Mail 5'], $subjects);
        $this->server->deliver(ExchangeServer::JANE, ExchangeServer::mail('6@customer.example', 'Mail 6', ExchangeServer::JANE));
        $again = $this->withMessages($this->batches($this->sync([new Mailbox(ExchangeServer::JANE, $checkpoints)])));
        self::assertSame(['Mail 6'], array_column($again[0]->messages, 'subject'));
    }

    public function testTheLastBatchOfEachMailboxSaysSo(): void
    {
        $mailboxes = [new Mailbox(ExchangeServer::JANE), new Mailbox(ExchangeServer::JOE), new Mailbox('nobody@example.com')];
        $done = $failures = [];
        foreach ($this->sync($mailboxes) as $batch) {
            if ($batch->done) {
                $done[] = $batch->mailbox;
            }
            if (null !== $batch->failure) {
                $failures[$batch->mailbox] = $batch->failure;
            }
        }
        self::assertEqualsCanonicalizing([ExchangeServer::JANE, ExchangeServer::JOE, 'nobody@example.com'], $done);
        self::assertSame(['nobody@example.com'], array_keys($failures));
        self::assertSame(\ExchangeSync\ImpersonationException::class, $failures['nobody@example.com']->exception);
        self::assertNotSame('', $failures['nobody@example.com']->remedy);
    }

    public function testAWrongPasswordIsAFailureOfTheMailbox(): void
    {
        $sync = new ExchangeSync($this->server->options(['password' => 'wrong']));
        $batches = $this->batches($sync->run([new Mailbox(ExchangeServer::JANE)], ExchangeServer::book()));
        self::assertSame(AuthenticationException::class, end($batches)->failure->exception);
        self::assertTrue(end($batches)->done);
    }

    public function testNoMailboxesMakeNoBatches(): void
    {
        self::assertSame([], $this->batches($this->sync([])));
        self::assertSame([], $this->batches($this->sync((static fn(): Generator => yield from [])())));
    }

    public function testNothingIsAskedBeforeTheLoopBegins(): void
    {
        $asked = 0;
        $this->sync($this->manyMailboxes($asked, 3));
        self::assertSame(0, $asked);
    }

    public function testMailboxesArePulledAsTheEngineHasRoom(): void
    {
        $mailboxes = 40;
        for ($number = 0; $number < $mailboxes; ++$number) {
            $this->server->control('create_mailbox', ['mailbox' => "user$number@example.com"]);
        }
        $sync = new ExchangeSync($this->server->options(['concurrency' => 2]));
        $asked = $done = 0;
        foreach ($sync->run($this->manyMailboxes($asked, $mailboxes), ExchangeServer::book()) as $batch) {
            usleep(2000);
            $done += (int) $batch->done;
            self::assertLessThanOrEqual($done + 2, $asked, 'Never more mailboxes than may be read at once.');
        }
        self::assertSame([$mailboxes, $mailboxes], [$asked, $done]);
    }

    public function testTheEngineDoesNotRunAheadOfTheHost(): void
    {
        $this->server->fill(ExchangeServer::JANE, 120);
        $sync = new ExchangeSync($this->server->options(['batch_size' => 1]));
        $seen = 0;
        foreach ($sync->run([new Mailbox(ExchangeServer::JANE)], ExchangeServer::book()) as $batch) {
            $seen += count($batch->messages);
            if (1 === $seen) {
                // Time enough to read all, if nothing held the engine back.
                sleep(1);
                $before = $this->server->stats()['items'];
                sleep(1);
                self::assertSame($before, $this->server->stats()['items'], 'The engine waits for the host.');
                self::assertLessThan(120 + 40, $before['GetItem'], 'All headers, few bodies.');
            }
        }
        self::assertSame(120, $seen);
    }

    public function testABreakStopsTheEngineAtOnce(): void
    {
        $this->server->fill(ExchangeServer::JANE, 30);
        $threads = $this->threads();
        $begin = microtime(true);
        foreach ($this->sync() as $batch) {
            self::assertGreaterThan($threads, $this->threads(), 'Threads of the run.');
            break;
        }
        unset($batch);
        self::assertLessThan(2, microtime(true) - $begin);
        self::assertSame($threads, $this->threads(), 'No thread stays.');
    }

    public function testAnExceptionInTheLoopStopsTheEngineAtOnce(): void
    {
        $this->server->fill(ExchangeServer::JANE, 3);
        $threads = $this->threads();
        try {
            foreach ($this->sync() as $batch) {
                throw new DomainException('The database is gone.');
            }
            self::fail('No batch.');
        } catch (DomainException $e) {
            self::assertSame('The database is gone.', $e->getMessage());
        }
        unset($e);
        self::assertSame($threads, $this->threads());
    }

    public function testDroppingTheRunStopsItInTheMiddleOfAnAnswer(): void
    {
        $this->server->control('fault', ['fault' => 'delay', 'milliseconds' => 5000, 'operation' => 'SyncFolderItems', 'times' => 50]);
        $run = $this->sync();
        $run->rewind();
        self::assertTrue($run->valid());
        $begin = microtime(true);
        unset($run);
        self::assertLessThan(1, microtime(true) - $begin);
    }

    public function testWhatTheMailboxesThrowGoesThrough(): void
    {
        $mailboxes = (static function (): Generator {
            yield new Mailbox(ExchangeServer::JANE);
            throw new DomainException('No more users.');
        })();
        $this->expectException(DomainException::class);
        $this->expectExceptionMessage('No more users.');
        $this->batches($this->sync($mailboxes));
    }

    public function testSomethingElseThanAMailboxIsNamed(): void
    {
        $this->expectException(ConfigurationException::class);
        $this->expectExceptionMessage('ExchangeSync\Mailbox');
        $this->batches($this->sync(['jane@example.com']));
    }

    public function testACheckpointThatIsNoStringIsNamed(): void
    {
        $this->expectException(ConfigurationException::class);
        $this->expectExceptionMessage('folder-id');
        new Mailbox(ExchangeServer::JANE, ['folder-id' => null]);
    }

    public function testAMailboxMayCollectAllThatIsAddressedToItSinceADateOfItsOwn(): void
    {
        $this->server->deliver(ExchangeServer::JANE, ExchangeServer::mail('1@else', 'Mail', ExchangeServer::JANE, 'a@else.example'));
        $subjects = fn (Mailbox $mailbox): array => array_merge(
            ...array_map(
                static fn (Batch $batch): array => array_column($batch->messages, 'subject'),
                $this->batches($this->sync([$mailbox]))
            )
        );

        self::assertSame([], $subjects(new Mailbox(ExchangeServer::JANE)));
        self::assertSame(['Mail'], $subjects(new Mailbox(ExchangeServer::JANE, [], 'addressed')));
        self::assertSame([], $subjects(new Mailbox(ExchangeServer::JANE, [], 'addressed', '2099-01-01T00:00:00+01:00')));
    }

    /**
     * @testWith ["all", null, "all"]
     *           ["addressed", "tomorrow", "tomorrow"]
     */
    public function testWhatAMailboxCannotCollectIsNamed(string $collects, ?string $since, string $says): void
    {
        $this->expectException(ConfigurationException::class);
        $this->expectExceptionMessageMatches('~' . ExchangeServer::JANE . '.*' . $says . '~');
        new Mailbox(ExchangeServer::JANE, [], $collects, $since);
    }

    public function testARunCanBeLoopedOverOnceOnly(): void
    {
        $run = $this->sync();
        self::assertNotSame([], $this->batches($run));
        self::assertFalse($run->valid());
        self::assertNull($run->current());
        self::assertNull($run->key());
        $this->expectException(Exception::class);
        $this->expectExceptionMessage('once only');
        foreach ($run as $batch) {
            self::fail('A batch again.');
        }
    }

    public function testAnIteratorByHandWorksAsInALoop(): void
    {
        $this->server->fill(ExchangeServer::JANE, 1);
        $run = $this->sync();
        $run->rewind();
        $run->rewind();
        self::assertSame(0, $run->key());
        self::assertSame($run->current(), $run->current());
        $run->next();
        self::assertSame(1, $run->key());
        $this->expectException(Exception::class);
        $run->rewind();
    }

    public function testTheGeneratorOfMailboxesCannotMoveTheRun(): void
    {
        $run = null;
        $mailboxes = (static function () use (&$run): Generator {
            $run->next();
            yield new Mailbox(ExchangeServer::JANE);
        })();
        $run = $this->sync($mailboxes);
        $this->expectException(Exception::class);
        $this->expectExceptionMessage('already');
        $this->batches($run);
    }

    public function testTheBookCannotGrowWhileARunReadsIt(): void
    {
        $this->server->fill(ExchangeServer::JANE, 1);
        $book = ExchangeServer::book();
        $run = $this->sync->run([new Mailbox(ExchangeServer::JANE)], $book);
        $run->rewind();
        try {
            $book->addContacts([['late@customer.example', 9]]);
            self::fail('It grew.');
        } catch (Exception $e) {
            self::assertStringContainsString('read by a run', $e->getMessage());
        }
        unset($run);
        self::assertSame(1, $book->addContacts([['late@customer.example', 9]]));
    }

    public function testASearchFindsMailOfLateContactsWithoutCheckpoints(): void
    {
        $this->server->fill(ExchangeServer::JANE, 2);
        $other = ExchangeServer::mail('o@customer.example', 'Other', ExchangeServer::JANE, 'other@customer.example');
        $this->server->deliver(ExchangeServer::JANE, $other);
        $book = ExchangeServer::book();
        $book->addContacts([['other@customer.example', 8]]);
        $run = $this->sync->search([new Mailbox(ExchangeServer::JANE)], $book, ['other@customer.example']);
        $batches = $this->batches($run);
        $subjects = array_column($this->withMessages($batches)[0]->messages, 'subject');
        self::assertSame(['Other'], $subjects);
        self::assertSame([], array_filter(array_column($batches, 'checkpoint')));
    }

    public function testASearchForNobodyIsRefused(): void
    {
        $this->expectException(ConfigurationException::class);
        $this->expectExceptionMessage('$participants is empty');
        $this->sync->search([new Mailbox(ExchangeServer::JANE)], ExchangeServer::book(), []);
    }

    private function sync(?iterable $mailboxes = null): Run
    {
        return $this->sync->run($mailboxes ?? [new Mailbox(ExchangeServer::JANE)], ExchangeServer::book());
    }

    private function manyMailboxes(int &$asked, int $count): Generator
    {
        for ($number = 0; $number < $count; ++$number) {
            ++$asked;
            yield new Mailbox("user$number@example.com");
        }
    }

    /** @return list<Batch> */
    private function batches(Run $run): array
    {
        return iterator_to_array($run, false);
    }

    /**
     * @param list<Batch> $batches
     *
     * @return list<Batch>
     */
    private function withMessages(array $batches): array
    {
        $found = array_values(array_filter($batches, static fn(Batch $batch): bool => [] !== $batch->messages));
        self::assertNotSame([], $found, 'No message: ' . print_r($batches, true));

        return $found;
    }

    private function threads(): int
    {
        return count(scandir('/proc/self/task')) - 2;
    }
}
