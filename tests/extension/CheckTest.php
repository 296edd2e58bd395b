<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Extension;

use ExchangeSync;
use ExchangeSync\AddressBook;
use ExchangeSync\AuthenticationException;
use ExchangeSync\ConfigurationException;
use ExchangeSync\ConnectionException;
use ExchangeSync\Exception;
use ExchangeSync\ImpersonationException;
use ExchangeSync\Mailbox;
use ExchangeSync\ProtocolException;
use ExchangeSync\ThrottledException;
use PHPUnit\Framework\TestCase;
use RuntimeException;

final class CheckTest extends TestCase
{
    private string $folder;

    protected function setUp(): void
    {
        $this->folder = sys_get_temp_dir() . '/exchange-sync-' . bin2hex(random_bytes(6));
        mkdir($this->folder);
    }

    protected function tearDown(): void
    {
        array_map('unlink', glob($this->folder . '/*') ?: []);
        rmdir($this->folder);
    }

    public function testItTellsWhatItFound(): void
    {
        $server = ExchangeServer::ofJaneAndJoe('--exchange', '2016');
        $info = (new ExchangeSync($server->options()))->check(ExchangeServer::JANE);
        self::assertSame($server->url, $info->url);
        self::assertSame('basic', $info->auth);
        self::assertSame(ExchangeServer::JANE, $info->mailbox);
        self::assertStringContainsString('2016', $info->product);
        self::assertMatchesRegularExpression('/^15\.1\.\d+/', $info->build);
        self::assertStringStartsWith('Exchange20', $info->version);
        self::assertGreaterThanOrEqual(2, $info->folders);
        $this->expectException(\Error::class);
        $this->expectExceptionMessage('Cannot modify readonly property ExchangeSync\ServerInfo::$url');
        $info->url = 'other';
    }

    public function testAWrongPasswordIsAMatterOfAuthentication(): void
    {
        $server = ExchangeServer::ofJaneAndJoe();
        $sync = new ExchangeSync($server->options(['password' => 'wrong']));
        $this->assertRefused(AuthenticationException::class, 'password', $sync);
    }

    public function testAnUnknownHostIsAMatterOfConnection(): void
    {
        $sync = new ExchangeSync(['server' => 'nowhere.invalid', 'connect_timeout' => 3] + $this->options());
        $this->assertRefused(ConnectionException::class, 'nowhere.invalid', $sync);
    }

    public function testAClosedPortIsAMatterOfConnection(): void
    {
        $sync = new ExchangeSync(['server' => 'http://127.0.0.1:9/EWS/Exchange.asmx'] + $this->options());
        $this->assertRefused(ConnectionException::class, '127.0.0.1', $sync);
    }

    /**
     * @testWith ["expired", "expired"]
     *           ["wrong-name", "name"]
     */
    public function testABadCertificateIsAMatterOfConnectionAndSaysWhy(string $certificate, string $word): void
    {
        $server = ExchangeServer::ofJaneAndJoe('--tls', $this->folder, '--certificate', $certificate);
        $sync = new ExchangeSync($server->options(['ca_file' => $server->ca]));
        $this->assertRefused(ConnectionException::class, $word, $sync);
    }

    public function testACertificateOfAnUnknownAuthorityNamesTheOptionForIt(): void
    {
        $server = ExchangeServer::ofJaneAndJoe('--tls', $this->folder);
        $this->assertRefused(ConnectionException::class, 'ca_file', new ExchangeSync($server->options()));
        $sync = new ExchangeSync($server->options(['ca_file' => $server->ca]));
        self::assertSame($server->url, $sync->check(ExchangeServer::JANE)->url);
    }

    public function testALoginPageIsNoExchange(): void
    {
        $server = ExchangeServer::ofJaneAndJoe();
        $server->control('fault', ['fault' => 'login_page', 'times' => 100]);
        $sync = new ExchangeSync($server->options());
        $e = $this->refusal($sync);
        self::assertTrue($e instanceof ProtocolException || $e instanceof ConfigurationException, $e::class);
        self::assertStringContainsStringIgnoringCase('page', $e->getMessage());
        self::assertNotSame('', $e->remedy);
    }

    public function testAMailboxWithoutTheRightIsAMatterOfImpersonation(): void
    {
        $server = ExchangeServer::ofJaneAndJoe();
        $server->control('account', ['login' => 'guest', 'password' => 'guest', 'rights' => 'none']);
        $sync = new ExchangeSync($server->options(['login' => 'guest', 'password' => 'guest']));
        $e = $this->assertRefused(ImpersonationException::class, ExchangeServer::JANE, $sync);
        self::assertSame('ErrorImpersonateUserDenied', $e->ewsCode);
    }

    public function testAnUnknownMailboxIsAMatterOfImpersonation(): void
    {
        $server = ExchangeServer::ofJaneAndJoe();
        $sync = new ExchangeSync($server->options());
        $this->assertRefused(ImpersonationException::class, 'nobody@example.com', $sync, 'nobody@example.com');
    }

    public function testABusyServerSaysUntilWhen(): void
    {
        $server = ExchangeServer::ofJaneAndJoe();
        $busy = ['fault' => 'soap_fault', 'code' => 'ErrorServerBusy', 'back_off_milliseconds' => 600_000, 'times' => 100];
        $server->control('fault', $busy);
        $sync = new ExchangeSync($server->options());
        $e = $this->assertRefused(ThrottledException::class, 'concurrency', $sync);
        self::assertSame('ErrorServerBusy', $e->ewsCode);
        self::assertEqualsWithDelta(time() + 600, $e->retryAt->getTimestamp(), 30);
        foreach ($sync->run([new Mailbox(ExchangeServer::JANE)], new AddressBook()) as $batch) {
            self::assertSame([$e::class, 'ErrorServerBusy'], [$batch->failure->exception, $batch->failure->code]);
            self::assertEqualsWithDelta(time() + 600, $batch->failure->retryAt->getTimestamp(), 30);
            self::assertSame($e->getMessage(), $batch->failure->message . ' ' . $batch->failure->remedy);
        }
    }

    public function testAMailboxOfAnotherDomainIsNotContacted(): void
    {
        $server = ExchangeServer::ofJaneAndJoe();
        $sync = new ExchangeSync($server->options());
        $this->assertRefused(ConfigurationException::class, "'domains'", $sync, 'jane@elsewhere.example');
        self::assertSame(0, array_sum($server->stats()['operations'] ?? [0]));
    }

    public function testExceptionsAreRuntimeExceptionsThatPhpCanMakeToo(): void
    {
        $e = new ThrottledException('busy', 7);
        self::assertInstanceOf(RuntimeException::class, $e);
        self::assertInstanceOf(Exception::class, $e);
        self::assertSame(['busy', 7, __FILE__], [$e->getMessage(), $e->getCode(), $e->getFile()]);
        self::assertSame([null, '', null], [$e->ewsCode, $e->remedy, $e->retryAt]);
        $e->retryAt = new \DateTimeImmutable('2024-01-01');
        $this->expectException(\TypeError::class);
        $e->remedy = [];
    }

    public function testTheExceptionKnowsWhereItCameFrom(): void
    {
        $e = $this->refusal(new ExchangeSync(['server' => 'http://127.0.0.1:9/'] + $this->options()));
        self::assertSame(__FILE__, $e->getFile());
        self::assertSame('check', $e->getTrace()[0]['function']);
    }

    /**
     * @template T of Exception
     *
     * @param class-string<T> $class
     *
     * @return T
     */
    private function assertRefused(string $class, string $word, ExchangeSync $sync, string $mailbox = ExchangeServer::JANE): Exception
    {
        $e = $this->refusal($sync, $mailbox);
        self::assertInstanceOf($class, $e, $e->getMessage());
        self::assertStringContainsStringIgnoringCase($word, $e->getMessage());
        self::assertNotSame('', $e->remedy);
        self::assertStringEndsWith($e->remedy, $e->getMessage());

        return $e;
    }

    private function refusal(ExchangeSync $sync, string $mailbox = ExchangeServer::JANE): Exception
    {
        try {
            $sync->check($mailbox);
        } catch (Exception $e) {
            return $e;
        }
        self::fail('No exception.');
    }

    private function options(): array
    {
        return ['login' => 'svc', 'password' => 'secret', 'domains' => ['example.com']];
    }
}
