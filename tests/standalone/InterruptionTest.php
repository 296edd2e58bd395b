<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Standalone;

use ExchangeMail\Standalone\ExitCode;
use ExchangeMail\Tests\Standalone\Support\Program;
use ExchangeMail\Tests\Standalone\Support\RunningProgram;
use ExchangeMail\Tests\Standalone\Support\TestExchange;
use PHPUnit\Framework\TestCase;

/**
 * A run that ends before its time, on purpose or not: the next one goes on, nothing is lost, nothing comes twice.
 */
final class InterruptionTest extends TestCase
{
    private const KILLS = 25;

    private TestExchange $exchange;
    private Program $program;

    protected function setUp(): void
    {
        $this->exchange = new TestExchange('--generate', 'users=6,messages=300,contacts=200,matched=0.4,size=3k,seed=7', '--latency', '5');
        $this->program = new Program();
        $this->program->configure($this->exchange->url(), [
            'domains' => ['example.com'],
            'contacts' => $this->program->write('contacts.csv', $this->exchange->text('/control/contacts.csv')),
            'users' => $this->program->write('users.csv', $this->exchange->text('/control/users.csv')),
            'options' => ['batch_size' => 10, 'concurrency' => 2],
        ]);
    }

    /**
     * @dataProvider signals
     */
    public function testASignalStopsAfterTheCurrentBatchAndTheNextRunGoesOn(int $signal): void
    {
        $run = $this->program->start('sync', '--json');
        $this->waitForMail($run);
        $run->signal($signal);
        $stopped = $run->wait();

        self::assertSame(ExitCode::INTERRUPTED, $stopped->code, $stopped->all());
        self::assertTrue($stopped->json()['interrupted']);
        self::assertSame('ok', $this->program->column('PRAGMA integrity_check')[0]);
        $first = $stopped->json()['emails'];
        self::assertSame([$first], $this->program->column('SELECT count(*) FROM emails'));

        $second = $this->program->call('sync', '--json');
        self::assertSame(ExitCode::OK, $second->code, $second->all());
        self::assertSame($this->exchange->ready['expected_matches'], $first + $second->json()['emails']);
        $this->assertExactlyTheExpectedMail();
    }

    public static function signals(): iterable
    {
        yield 'Ctrl-C' => [SIGINT];
        yield 'systemd stop' => [SIGTERM];
    }

    public function testASignalEndsTheWaitingForASlowServer(): void
    {
        $this->exchange->control(['command' => 'latency', 'milliseconds' => 60_000]);
        $run = $this->program->start('sync');
        usleep(1_500_000);
        $signalled = microtime(true);
        $run->signal(SIGINT);

        self::assertSame(ExitCode::INTERRUPTED, $run->wait()->code);
        self::assertLessThan(10.0, microtime(true) - $signalled);
    }

    public function testRunsThatAreKilledAgainAndAgainLoseNothingAndStoreNothingTwice(): void
    {
        mt_srand(1);
        $midway = 0;
        for ($kill = 0; $kill < self::KILLS; $kill++) {
            $before = $this->stored();
            $run = $this->program->start('sync');
            $run->waitUntil(fn (): bool => !$run->isRunning() || $this->stored() > $before);
            usleep(mt_rand(0, 40_000));
            $run->signal(SIGKILL);
            $midway += (int) (137 === $run->wait()->code);
            self::assertSame('ok', $this->program->column('PRAGMA integrity_check')[0]);
        }
        self::assertGreaterThan(3, $midway, 'too few runs were killed at work');

        $last = $this->program->call('sync');

        self::assertSame(ExitCode::OK, $last->code, $last->all());
        $this->assertExactlyTheExpectedMail();
    }

    public function testASecondRunIsRefusedAndSaysWhoIsAtWork(): void
    {
        $first = $this->program->start('sync');
        $this->waitForMail($first);

        $second = $this->program->call('sync');

        self::assertSame(ExitCode::ANOTHER_RUN, $second->code, $second->all());
        self::assertMatchesRegularExpression('/Another run \(process \d+, since [-0-9: ]+ UTC\)/', $second->errors);
        self::assertSame(ExitCode::OK, $first->wait()->code);
        $this->assertExactlyTheExpectedMail();
    }

    public function testADryRunGoesBesideARun(): void
    {
        $first = $this->program->start('sync');
        $this->waitForMail($first);

        self::assertSame(ExitCode::OK, $this->program->call('sync', '--dry-run')->code);
        self::assertSame(ExitCode::OK, $first->wait()->code);
    }

    private function waitForMail(RunningProgram $run): void
    {
        $run->waitUntil(fn (): bool => !$run->isRunning() || $this->stored() > 0);
        self::assertTrue($run->isRunning(), 'The run ended before it could be disturbed.');
    }

    private function stored(): int
    {
        try {
            return (int) ($this->program->column('SELECT count(*) FROM emails')[0] ?? 0);
        } catch (\PDOException) {
            return 0;
        }
    }

    private function assertExactlyTheExpectedMail(): void
    {
        $expected = array_map(static fn (array $row) => "{$row['mailbox']} {$row['message_id']}", $this->exchange->csv('expected.csv'));
        sort($expected);
        $stored = $this->program->column(
            "SELECT m.address || ' ' || e.message_id AS place FROM copies c"
            . ' JOIN mailboxes m ON m.id = c.mailbox_id JOIN emails e ON e.id = c.email_id'
        );
        sort($stored);
        self::assertCount($this->exchange->ready['expected_matches'], $expected);
        self::assertSame($expected, $stored);
    }
}
