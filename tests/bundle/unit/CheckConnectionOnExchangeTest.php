<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Unit;

use ExchangeMail\Bundle\Compat\OutboundConnections;
use ExchangeMail\Bundle\Connection\ConnectionChecker;
use ExchangeMail\Bundle\Connection\ConnectionReport;
use ExchangeMail\Bundle\Engine\EngineFactory;
use ExchangeMail\Bundle\Engine\EngineRequirement;
use ExchangeMail\Bundle\Settings\Credentials;
use ExchangeMail\Bundle\Settings\DomainList;
use ExchangeMail\Bundle\Settings\ExchangeSettings;
use ExchangeMail\Bundle\Settings\LoginScheme;
use ExchangeMail\Bundle\Settings\ServerVersion;
use ExchangeMail\Bundle\Settings\SettingLabels;
use ExchangeMail\Bundle\Settings\SettingsProvider;
use ExchangeMail\Tests\Extension\ExchangeServer;
use ExchangeMail\Tests\Extension\Program;
use Oro\Bundle\ConfigBundle\Config\ConfigManager;
use Oro\Bundle\SecurityBundle\Encoder\SymmetricCrypterInterface;
use PHPUnit\Framework\TestCase;
use Symfony\Component\Process\Process;
use Symfony\Component\Translation\Loader\YamlFileLoader;
use Symfony\Component\Translation\Translator;

/**
 * What "Check connection" tells an administrator, from the test Exchange through the real extension. Each test runs in a PHP of
 * its own, which has the extension.
 */
final class CheckConnectionOnExchangeTest extends TestCase
{
    private const ROOT = __DIR__ . '/../../..';

    public static function setUpBeforeClass(): void
    {
        require_once self::ROOT . '/tests/extension/Program.php';
        require_once self::ROOT . '/tests/extension/ExchangeServer.php';
    }

    public function testTheAnswerNamesServerBuildSignInAndMailbox(): void
    {
        if ($this->ranInChild(__FUNCTION__)) {
            return;
        }
        $server = ExchangeServer::ofJaneAndJoe('--exchange', '2016');

        $report = $this->check($server->url, ExchangeServer::PASSWORD, ExchangeServer::JANE);

        self::assertTrue($report->successful, $report->message);
        self::assertStringContainsString('15.1.2507', $report->message);
        self::assertStringContainsString('Exchange', $report->message);
        self::assertStringContainsString(ExchangeServer::JANE, $report->message);
        self::assertMatchesRegularExpression('~sees [1-9]\d* folders~', $report->message);
        self::assertDoesNotMatchRegularExpression('~%\w+%~', $report->message);
    }

    public function testEveryVersionOfTheDropDownIsTakenByTheEngine(): void
    {
        if ($this->ranInChild(__FUNCTION__)) {
            return;
        }
        $server = ExchangeServer::ofJaneAndJoe('--exchange', '2019');
        foreach (ServerVersion::cases() as $version) {
            $report = $this->check($server->url, ExchangeServer::PASSWORD, ExchangeServer::JANE, $version);
            self::assertTrue($report->successful, $version->value . ': ' . $report->message);
        }
    }

    public function testAWrongPasswordIsToldAndNotRepeated(): void
    {
        if ($this->ranInChild(__FUNCTION__)) {
            return;
        }
        $server = ExchangeServer::ofJaneAndJoe();

        $report = $this->check($server->url, 'wrong-Sesame', ExchangeServer::JANE);

        self::assertFalse($report->successful);
        self::assertStringContainsString('password', $report->message);
        self::assertStringNotContainsString('wrong-Sesame', $report->message);
    }

    public function testAMailboxThatDoesNotExistIsNamed(): void
    {
        if ($this->ranInChild(__FUNCTION__)) {
            return;
        }
        $server = ExchangeServer::ofJaneAndJoe();

        $report = $this->check($server->url, ExchangeServer::PASSWORD, 'nobody@example.com');

        self::assertFalse($report->successful);
        self::assertStringContainsString('nobody@example.com', $report->message);
    }

    public function testAServerThatDoesNotAnswerIsNamed(): void
    {
        if ($this->ranInChild(__FUNCTION__)) {
            return;
        }
        $report = $this->check('http://127.0.0.1:1/EWS/Exchange.asmx', 'secret', ExchangeServer::JANE);

        self::assertFalse($report->successful);
        self::assertStringContainsString('127.0.0.1:1', $report->message);
        self::assertStringContainsString('"Server"', $report->message, 'The setting is called as on the page.');
        self::assertStringNotContainsString("'server'", $report->message);
    }

    private function check(
        string $server,
        string $password,
        string $mailbox,
        ServerVersion $version = ServerVersion::Auto
    ): ConnectionReport {
        $translator = new Translator('en');
        $translator->addLoader('yml', new YamlFileLoader());
        $translator->addResource('yml', self::ROOT . '/php/src/Bundle/Resources/translations/messages.en.yml', 'en');
        $provider = new SettingsProvider(
            $this->createMock(ConfigManager::class),
            $this->createMock(SymmetricCrypterInterface::class)
        );

        $labels = new SettingLabels($translator);

        $factory = new EngineFactory($provider, new EngineRequirement(), $labels);

        return (new ConnectionChecker($factory, $translator, $labels, new OutboundConnections()))->check(
            new ExchangeSettings(
                true,
                $server,
                $version,
                new Credentials(LoginScheme::Auto, ExchangeServer::LOGIN, $password),
                DomainList::fromText('example.com')
            ),
            $mailbox
        );
    }

    /**
     * @return bool false: the extension is here, the test is this process's own
     */
    private function ranInChild(string $test): bool
    {
        if (\extension_loaded('exchange_sync')) {
            return false;
        }
        try {
            $extension = Program::library();
            Program::built('exchange-server');
        } catch (\RuntimeException $exception) {
            fwrite(\STDERR, 'SKIPPED: ' . $exception->getMessage() . "\n");
            self::markTestSkipped($exception->getMessage());
        }
        $child = new Process([
            \PHP_BINARY, '-d', 'extension=' . $extension, $_SERVER['argv'][0],
            '-c', __DIR__, '--filter', \sprintf('/::%s$/', $test), __FILE__,
        ]);
        $child->run();
        self::assertSame(0, $child->getExitCode(), $child->getOutput() . $child->getErrorOutput());
        self::assertMatchesRegularExpression('~^\.\s+1 / 1 ~m', $child->getOutput());

        return true;
    }
}
