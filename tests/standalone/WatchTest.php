<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Standalone;

use ExchangeMail\Standalone\ExitCode;
use ExchangeMail\Tests\Standalone\Support\Program;
use ExchangeMail\Tests\Standalone\Support\RunningProgram;
use ExchangeMail\Tests\Standalone\Support\TestExchange;
use PHPUnit\Framework\TestCase;

/**
 * The watch on the test Exchange: what arrives is in the database soon, and nothing else is read.
 */
final class WatchTest extends TestCase
{
    private const JONAS = 'jonas@lindqvist-boats.example';
    private const MEI = 'mei@lindqvist-boats.example';
    private const LATER = __DIR__ . '/../fixtures/company-later';
    private const ORDER = '<bestellung-2026-31@seebad-hotel.example>';

    private TestExchange $exchange;
    private Program $program;
    private ?RunningProgram $watch = null;

    protected function setUp(): void
    {
        $this->program = new Program();
    }

    protected function tearDown(): void
    {
        $this->watch?->kill();
    }

    /**
     * @dataProvider products
     */
    public function testMailIsStoredSoonAfterItArrived(string $product, float $seconds): void
    {
        $this->startOn('--exchange', $product);
        self::assertSame(15, $this->emails());

        $this->deliver();
        $delivered = microtime(true);
        $this->waitUntil(fn (): bool => $this->holds(self::ORDER), $seconds + 20);

        self::assertLessThan($seconds, microtime(true) - $delivered);
        self::assertTrue($this->watch->isRunning());
    }

    public function products(): iterable
    {
        yield 'streaming notifications' => ['2019', 5.0];
        yield 'pull, as Exchange 2007 has no streams' => ['2007', 20.0];
    }

    public function testOnlyTheMailboxWithNewsIsRead(): void
    {
        $this->startOn();
        $before = substr_count($this->exchange->text('/requests'), self::MEI);
        self::assertGreaterThan(0, $before);

        $this->deliver();
        $this->waitUntil(fn (): bool => $this->holds(self::ORDER), 5);
        usleep(1_000_000);

        self::assertSame($before, substr_count($this->exchange->text('/requests'), self::MEI));
    }

    /**
     * @dataProvider signals
     */
    public function testASignalEndsTheWatch(int $signal): void
    {
        $this->startOn();
        $signalled = microtime(true);

        $this->watch->signal($signal);
        $result = $this->watch->wait();

        self::assertLessThan(5.0, microtime(true) - $signalled);
        self::assertSame(ExitCode::INTERRUPTED, $result->code, $result->all());
        self::assertStringContainsString('Stopped.', $result->errors);
        self::assertSame(ExitCode::OK, $this->program->call('sync')->code);
    }

    public function signals(): iterable
    {
        yield 'Ctrl-C' => [SIGINT];
        yield 'systemd stop' => [SIGTERM];
    }

    public function testARefusedLoginEndsTheWatchAsItFailsASync(): void
    {
        $this->configure();
        $this->program->configure($this->exchange->url(), ['password_file' => $this->program->write('secret', 'hunter2-wrong')]);

        $sync = $this->program->call('sync');
        $result = $this->program->call('watch');

        self::assertSame($sync->code, $result->code, $result->all());
        self::assertSame(ExitCode::MAILBOX_FAILED, $result->code);
        self::assertSame(1, substr_count($result->errors, "refused the login 'svc'"), $result->errors);
        self::assertStringContainsString('password', $result->errors);
        self::assertStringNotContainsString('hunter2', $result->all());
    }

    public function testALoginThatIsRefusedLaterEndsTheWatchToo(): void
    {
        $this->startOn();
        $this->exchange->control(['command' => 'password', 'login' => 'svc', 'password' => 'changed']);

        $this->deliver();
        $result = $this->watch->wait();

        self::assertSame(ExitCode::MAILBOX_FAILED, $result->code, $result->all());
        self::assertStringContainsString("refused the login 'svc'", $result->errors);
    }

    public function testAMailboxThatFailsIsToldOnceAndTheOthersGoOn(): void
    {
        $this->configure();
        $this->program->configure($this->exchange->url(), ['mailboxes' => ['gone@lindqvist-boats.example', self::JONAS]]);
        $this->startHurried(1);
        $this->waitUntil(fn (): bool => str_contains($this->watch->printed(), 'gone@lindqvist-boats.example'), 10);

        $this->deliver();
        $this->waitUntil(fn (): bool => $this->holds(self::ORDER), 5);
        usleep(4_000_000);
        self::assertTrue($this->watch->isRunning());
        $printed = $this->watch->printed();

        // reading fails, and watching fails: that is two failures with their remedies
        self::assertLessThanOrEqual(2, substr_count($printed, 'gone@lindqvist-boats.example: '), $printed);
        self::assertStringContainsString('ErrorNonExistentMailbox', $printed);
    }

    public function testAUserWhoIsNewInTheFileIsWatched(): void
    {
        $this->configure();
        $users = "email,id\nmei@lindqvist-boats.example,3\n";
        $this->program->configure($this->exchange->url(), ['users' => $this->program->write('users.csv', $users)]);
        $this->startHurried(600);
        $this->deliver();

        $this->program->write('users.csv', "email,id\nmei@lindqvist-boats.example,none\n");
        $this->waitUntil(fn (): bool => str_contains($this->watch->printed(), 'users.csv, record 2'), 10);
        $this->program->write('users.csv', $users . self::JONAS . ",2\n");
        $this->waitUntil(fn (): bool => $this->holds(self::ORDER), 10);

        self::assertSame(1, substr_count($this->watch->printed(), 'users.csv, record 2'));
    }

    public function testWhatNoNewsToldOfComesWithTheNextReadingOfEverything(): void
    {
        $this->configure();
        $this->program->configure($this->exchange->url());
        $this->exchange->control([
            'command' => 'fault', 'fault' => 'response_code', 'code' => 'ErrorExceededSubscriptionCount',
            'operation' => 'Subscribe', 'times' => 1000,
        ]);
        $this->startHurried(2);

        $this->deliver();
        $this->waitUntil(fn (): bool => $this->holds(self::ORDER), 10);

        self::assertStringContainsString('ErrorExceededSubscriptionCount', $this->watch->printed());
    }

    public function testASyncBesideTheWatchIsRefused(): void
    {
        $this->startOn();

        self::assertSame(ExitCode::ANOTHER_RUN, $this->program->call('sync')->code);
    }

    private function configure(string ...$arguments): void
    {
        $this->exchange = TestExchange::withCompany(...$arguments);
        $this->program->configure($this->exchange->url());
    }

    private function startOn(string ...$arguments): void
    {
        $this->configure(...$arguments);
        $this->watch = $this->program->start('watch');
        $this->waitForTheFirstReading();
    }

    private function startHurried(int $everythingSeconds): void
    {
        $this->watch = $this->program->startHurriedWatch($everythingSeconds);
        $this->waitForTheFirstReading();
    }

    /** And a moment more, in which each mailbox has been told once and read again. */
    private function waitForTheFirstReading(): void
    {
        $this->waitUntil(fn (): bool => str_contains($this->watch->printed(), 'Watching '), 30);
        usleep(2_000_000);
    }

    /**
     * @param callable(): bool $happened
     */
    private function waitUntil(callable $happened, float $seconds): void
    {
        for ($end = microtime(true) + $seconds; !$happened(); usleep(20_000)) {
            self::assertTrue($this->watch->isRunning(), 'The watch has ended: ' . $this->watch->printed());
            self::assertLessThan($end, microtime(true), "It did not happen in $seconds s: " . $this->watch->printed());
        }
    }

    private function deliver(): void
    {
        $this->exchange->deliver(self::JONAS, 'inbox', file_get_contents(self::LATER . '/order.eml'));
    }

    private function emails(): int
    {
        return (int) $this->program->column('SELECT count(*) FROM emails')[0];
    }

    private function holds(string $messageId): bool
    {
        return in_array($messageId, $this->program->column('SELECT message_id FROM emails'), true);
    }
}
