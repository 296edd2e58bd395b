<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Unit;

use Doctrine\Persistence\ManagerRegistry;
use Doctrine\Persistence\ObjectManager;
use ExchangeMail\Bundle\Command\WatchCommand;
use ExchangeMail\Bundle\Engine\EngineProviderInterface;
use ExchangeMail\Bundle\Engine\EngineRequirement;
use ExchangeMail\Bundle\Engine\Readiness;
use ExchangeMail\Bundle\Lease\OriginLeases;
use ExchangeMail\Bundle\Settings\SettingLabels;
use ExchangeMail\Bundle\Settings\SettingsProvider;
use ExchangeMail\Bundle\Storage\Transactions;
use ExchangeMail\Bundle\Sync\MailboxQueue;
use ExchangeMail\Bundle\Sync\MailboxWatch;
use ExchangeMail\Bundle\Sync\OriginSchedule;
use ExchangeMail\Engine\Extension;
use Oro\Bundle\ConfigBundle\Config\ConfigManager;
use Oro\Bundle\MessageQueueBundle\Client\MessageBufferManager;
use Oro\Bundle\SecurityBundle\Encoder\SymmetricCrypterInterface;
use Oro\Component\MessageQueue\Client\MessageProducerInterface;
use PHPUnit\Framework\TestCase;
use Psr\Log\LoggerInterface;
use Symfony\Component\Console\Command\Command;
use Symfony\Component\Console\Tester\CommandTester;
use Symfony\Contracts\Translation\TranslatorInterface;

/**
 * How the command begins and ends, while Exchange is switched off. What it watches: tests/bundle/storing/MailboxWatchTest.php.
 */
final class WatchCommandTest extends TestCase
{
    public function testWithoutTheExtensionItSaysWhatToInstall(): void
    {
        if (\extension_loaded(Extension::NAME)) {
            fwrite(\STDERR, "SKIPPED: what is said without the extension (it is loaded)\n");
            self::markTestSkipped('The extension is loaded.');
        }
        $tester = $this->execute([], 0);

        self::assertSame(Command::FAILURE, $tester->getStatusCode());
        self::assertStringContainsString('Install exchange_sync.so', $tester->getDisplay());
    }

    /**
     * @runInSeparateProcess
     */
    public function testTheTimeLimitEndsItAndUntilThenItAsksForTheSettings(): void
    {
        self::haveExtension();
        $start = microtime(true);

        $tester = $this->execute(['--time-limit' => '+2 seconds'], 1);

        self::assertSame(Command::SUCCESS, $tester->getStatusCode(), $tester->getDisplay());
        self::assertStringContainsString('Microsoft Exchange is switched off', $tester->getDisplay());
        self::assertStringContainsString('This command waits until that is done.', $tester->getDisplay());
        self::assertGreaterThan(1.0, microtime(true) - $start);
        self::assertLessThan(10.0, microtime(true) - $start);
    }

    /**
     * @runInSeparateProcess
     */
    public function testTheMemoryLimitEndsItAtOnce(): void
    {
        self::haveExtension();

        self::assertSame(Command::SUCCESS, $this->execute(['--memory-limit' => '1'], 0)->getStatusCode());
    }

    /**
     * @runInSeparateProcess
     */
    public function testATimeLimitThatPhpDoesNotRecognizeIsRefused(): void
    {
        self::haveExtension();

        $tester = $this->execute(['--time-limit' => 'tomorrowish'], 0);

        self::assertSame(Command::INVALID, $tester->getStatusCode());
        self::assertStringContainsString('Invalid time limit', $tester->getDisplay());
    }

    /**
     * @runInSeparateProcess
     */
    public function testASignalEndsIt(): void
    {
        if (!\function_exists('pcntl_alarm')) {
            fwrite(\STDERR, "SKIPPED: signals (PHP has no pcntl)\n");
            self::markTestSkipped('PHP has no pcntl.');
        }
        self::haveExtension();
        pcntl_async_signals(true);
        pcntl_signal(\SIGALRM, static fn () => posix_kill(getmypid(), \SIGTERM));
        pcntl_alarm(1);

        self::assertSame(Command::SUCCESS, $this->execute(['--time-limit' => '+1 minute'], 1)->getStatusCode());
    }

    /**
     * @param array<string, string> $input
     */
    private function execute(array $input, int $reloads): CommandTester
    {
        $config = $this->createMock(ConfigManager::class);
        $config->expects(self::exactly($reloads))->method('reload');
        $entities = $this->createMock(ObjectManager::class);
        $entities->expects(self::exactly($reloads))->method('clear');
        $doctrine = $this->createMock(ManagerRegistry::class);
        $doctrine->method('getManagers')->willReturn([$entities]);
        $doctrine->expects(self::never())->method('getManagerForClass');

        $tester = new CommandTester(new WatchCommand(
            new MailboxWatch(
                $doctrine,
                $this->createMock(EngineProviderInterface::class),
                new SettingsProvider($config, $this->createMock(SymmetricCrypterInterface::class)),
                new OriginSchedule(
                    $doctrine,
                    (new \ReflectionClass(Transactions::class))->newInstanceWithoutConstructor(),
                    new OriginLeases($doctrine)
                ),
                new MailboxQueue(
                    new OriginLeases($doctrine),
                    $this->createMock(MessageProducerInterface::class),
                    $this->createMock(MessageBufferManager::class)
                ),
                $this->createMock(LoggerInterface::class)
            ),
            new EngineRequirement(),
            new Readiness(
                new SettingsProvider($config, $this->createMock(SymmetricCrypterInterface::class)),
                new EngineRequirement(),
                new SettingLabels($this->createMock(TranslatorInterface::class))
            )
        ));
        $tester->execute($input);

        return $tester;
    }

    /** A class of its name is all that is asked for. */
    private static function haveExtension(): void
    {
        if (!class_exists(\ExchangeSync::class, false)) {
            eval('final class ExchangeSync {}');
        }
    }
}
