<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Unit;

use Doctrine\ORM\AbstractQuery;
use Doctrine\ORM\EntityManagerInterface;
use Doctrine\ORM\Query;
use Doctrine\ORM\QueryBuilder;
use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\EventListener\ConfigurationListener;
use ExchangeMail\Bundle\Lease\OriginLeases;
use ExchangeMail\Bundle\Manager\MailboxDirectory;
use ExchangeMail\Bundle\Manager\OriginRetry;
use ExchangeMail\Bundle\Manager\OriginSynchronizer;
use ExchangeMail\Bundle\Manager\ServerChange;
use ExchangeMail\Bundle\Manager\SystemMailboxOrigins;
use ExchangeMail\Bundle\Settings\SettingsProvider;
use Oro\Bundle\ConfigBundle\Config\ConfigManager;
use Oro\Bundle\ConfigBundle\Event\ConfigUpdateEvent;
use Oro\Bundle\SecurityBundle\Encoder\SymmetricCrypterInterface;
use PHPUnit\Framework\TestCase;
use Psr\Log\NullLogger;

final class ConfigurationListenerTest extends TestCase
{
    /**
     * @testWith ["server"]
     *           ["version"]
     *           ["auth"]
     *           ["login"]
     *           ["password"]
     *           ["oauth_token_url"]
     *           ["oauth_client_id"]
     *           ["oauth_client_secret"]
     *           ["oauth_scope"]
     *           ["ca_file"]
     *           ["proxy"]
     *           ["legacy_tls"]
     */
    public function testAChangedConnectionIsTriedAtOnceWithTheMailboxesThatFailed(string $setting): void
    {
        self::assertContains('retried', $this->change($setting));
    }

    /**
     * @testWith ["domains"]
     *           ["server"]
     *           ["allow_opt_out"]
     *           ["opted_out"]
     */
    public function testTheMailboxesFollowAtOnceASettingThatSaysWhichTheyAre(string $setting): void
    {
        self::assertContains('followed', $this->change($setting));
    }

    /**
     * @testWith ["folders"]
     *           ["concurrency"]
     */
    public function testOtherSettingsWaitForTheNextRun(string $setting): void
    {
        self::assertSame([], $this->change($setting));
    }

    /**
     * @return list<string> what happened, while the integration is switched off
     */
    private function change(string $setting): array
    {
        $happened = [];
        // final in ORM 2, and what QueryBuilder promises in ORM 3
        $isFinal = (new \ReflectionClass(Query::class))->isFinal();
        $query = $this->createMock($isFinal ? AbstractQuery::class : Query::class);
        $query->method('execute')->willReturnCallback(static function () use (&$happened): int {
            $happened[] = 'retried';

            return 0;
        });
        $builder = $this->createMock(QueryBuilder::class);
        foreach (['update', 'set', 'where'] as $method) {
            $builder->method($method)->willReturnSelf();
        }
        $builder->method('getQuery')->willReturn($query);
        $em = $this->createMock(EntityManagerInterface::class);
        $em->method('createQueryBuilder')->willReturn($builder);
        $doctrine = $this->createMock(ManagerRegistry::class);
        $doctrine->method('getManagerForClass')->willReturn($em);
        $config = $this->createMock(ConfigManager::class);
        $config->method('get')->willReturnCallback(static function (string $name) use (&$happened): mixed {
            if ('exchange_mail.enabled' === $name) {
                $happened[] = 'followed';
            }

            return null;
        });
        $synchronizer = new OriginSynchronizer(
            $doctrine,
            new MailboxDirectory($doctrine),
            new SystemMailboxOrigins($doctrine, new OriginLeases($doctrine)),
            new ServerChange($doctrine, $this->createMock(OriginLeases::class), new NullLogger()),
            $this->createMock(OriginLeases::class),
            new SettingsProvider($config, $this->createMock(SymmetricCrypterInterface::class)),
            new NullLogger()
        );
        $event = $this->createMock(ConfigUpdateEvent::class);
        $event->method('isChanged')->willReturnCallback(static fn (string $name): bool => 'exchange_mail.' . $setting === $name);
        (new ConfigurationListener($synchronizer, new OriginRetry($doctrine)))->onUpdate($event);

        return $happened;
    }
}
