<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Extension;

use ExchangeSync;
use ExchangeSync\AuthenticationException;
use ExchangeSync\ConfigurationException;
use ExchangeSync\News;
use ExchangeSync\Watch;
use PHPUnit\Framework\TestCase;

final class WatchTest extends TestCase
{
    private const PATIENCE_IN_SECONDS = 20.0;

    private ExchangeServer $server;
    private ExchangeSync $sync;

    protected function setUp(): void
    {
        $this->server = ExchangeServer::ofJaneAndJoe();
        $this->sync = new ExchangeSync($this->server->options());
    }

    public function testEachMailboxIsToldOnceAndThenWhenMailArrives(): void
    {
        $watch = $this->sync->watch([ExchangeServer::JANE, ExchangeServer::JOE]);
        $told = [$this->news($watch)->mailbox, $this->news($watch)->mailbox];
        self::assertEqualsCanonicalizing([ExchangeServer::JANE, ExchangeServer::JOE], $told);
        self::assertNull($watch->wait(0.3));
        $this->server->deliver(ExchangeServer::JOE, ExchangeServer::mail('new@customer.example', 'New', ExchangeServer::JOE));
        $news = $this->news($watch);
        self::assertSame([ExchangeServer::JOE, null], [$news->mailbox, $news->failure]);
    }

    public function testAMailboxOutsideTheDomainsIsToldWithItsRemedy(): void
    {
        $news = $this->news($this->sync->watch(['eve@elsewhere.example']));
        self::assertSame(ConfigurationException::class, $news->failure?->exception);
        self::assertStringContainsString('domains', $news->failure->remedy);
    }

    public function testARefusedLoginIsTriedOnceAndEndsTheWatch(): void
    {
        $sync = new ExchangeSync($this->server->options(['password' => 'wrong', 'auth' => 'basic']));
        $watch = $sync->watch([ExchangeServer::JANE, ExchangeServer::JOE]);
        foreach ([1, 2] as $ignored) {
            self::assertSame(AuthenticationException::class, $this->news($watch)->failure?->exception);
        }
        self::assertNull($watch->wait(0.5));
        self::assertSame(1, $this->server->stats()['statuses'][401] ?? 0);
    }

    public function testTheEndOfAWatchEndsItsSubscriptionsOnTheServer(): void
    {
        $watch = $this->sync->watch([ExchangeServer::JANE, ExchangeServer::JOE]);
        $this->news($watch);
        $this->news($watch);
        unset($watch);
        self::assertSame(2, $this->server->stats()['operations']['Unsubscribe'] ?? 0);
    }

    public function testAnImpossibleWaitIsNone(): void
    {
        $watch = $this->sync->watch([]);
        foreach ([-1.0, 0.0, NAN] as $seconds) {
            self::assertNull($watch->wait($seconds));
        }
    }

    private function news(Watch $watch): News
    {
        $news = $watch->wait(self::PATIENCE_IN_SECONDS);
        self::assertNotNull($news, 'no news within ' . self::PATIENCE_IN_SECONDS . ' s');

        return $news;
    }
}
