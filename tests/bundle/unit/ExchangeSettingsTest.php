<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Unit;

use ExchangeMail\Bundle\DependencyInjection\Configuration;
use ExchangeMail\Bundle\Settings\DomainList;
use ExchangeMail\Bundle\Settings\ExchangeSettings;
use ExchangeMail\Bundle\Settings\ServerVersion;
use ExchangeMail\Bundle\Settings\SettingsProvider;
use Oro\Bundle\ConfigBundle\Config\ConfigManager;
use Oro\Bundle\SecurityBundle\Encoder\SymmetricCrypterInterface;
use PHPUnit\Framework\TestCase;

final class ExchangeSettingsTest extends TestCase
{
    private const PASSWORD = 'S3cret-of-the-service';

    public function testThePasswordShowsInNoDumpAndCanNotBeSerialized(): void
    {
        $settings = $this->settings(self::PASSWORD);
        ob_start();
        var_dump($settings, (array)$settings);
        $dumps = ob_get_clean() . print_r($settings, true) . json_encode($settings) . var_export((array)$settings, true);

        self::assertStringContainsString('mail.example.com', $dumps);
        self::assertStringNotContainsString(self::PASSWORD, $dumps);

        $this->expectException(\Exception::class);
        serialize($settings);
    }

    public function testTheEngineGetsWhatIsSetAndNothingElse(): void
    {
        self::assertSame(
            [
                'server' => 'mail.example.com',
                'version' => 'Exchange2016',
                'login' => 'EXAMPLE\svc',
                'password' => self::PASSWORD,
                'domains' => ['example.com'],
                'concurrency' => 8,
            ],
            $this->settings(self::PASSWORD)->toEngineOptions()
        );
    }

    public function testWhatIsMissingIsNamed(): void
    {
        $settings = new ExchangeSettings(true, '', ServerVersion::Auto, '', '', DomainList::fromText(''));

        self::assertSame(['server', 'login', 'password', 'domains'], $settings->getMissing());
        self::assertFalse($settings->isUsable());
        self::assertTrue($this->settings(self::PASSWORD)->isUsable());
    }

    public function testTheProviderDecryptsAndReadsEachSetting(): void
    {
        $stored = [
            Configuration::ENABLED => true,
            Configuration::SERVER => ' mail.example.com ',
            Configuration::VERSION => 'Exchange2010_SP2',
            Configuration::LOGIN => 'svc',
            Configuration::PASSWORD => 'encrypted',
            Configuration::DOMAINS => "example.com\nexample.org",
            Configuration::FOLDERS => "Inbox\r\nProjects, old\n\nInbox",
            Configuration::START_DATE => '2026-01-31',
            Configuration::CONCURRENCY => '500',
            Configuration::CA_FILE => '/etc/ssl/ca.pem',
        ];
        $config = $this->createMock(ConfigManager::class);
        $config->method('get')->willReturnCallback(
            static fn (string $name): mixed => $stored[substr($name, \strlen('exchange_mail.'))]
        );
        $crypter = $this->createMock(SymmetricCrypterInterface::class);
        $crypter->method('decryptData')->with('encrypted')->willReturn(self::PASSWORD);

        $options = (new SettingsProvider($config, $crypter))->getSettings()->toEngineOptions();

        self::assertSame(['Inbox', 'Projects, old'], $options['folders']);
        self::assertSame('2026-01-31', $options['since']);
        self::assertSame(64, $options['concurrency']);
        self::assertSame('/etc/ssl/ca.pem', $options['ca_file']);
        self::assertSame('Exchange2010_SP2', $options['version']);
        self::assertSame('mail.example.com', $options['server']);
        self::assertSame(self::PASSWORD, $options['password']);
    }

    private function settings(string $password): ExchangeSettings
    {
        return new ExchangeSettings(
            true,
            'mail.example.com',
            ServerVersion::Exchange2019,
            'EXAMPLE\svc',
            $password,
            DomainList::fromText('example.com')
        );
    }
}
