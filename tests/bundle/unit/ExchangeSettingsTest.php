<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Unit;

use ExchangeMail\Bundle\DependencyInjection\Configuration;
use ExchangeMail\Bundle\Settings\Credentials;
use ExchangeMail\Bundle\Settings\DomainList;
use ExchangeMail\Bundle\Settings\ExchangeSettings;
use ExchangeMail\Bundle\Settings\LoginScheme;
use ExchangeMail\Bundle\Settings\ServerVersion;
use ExchangeMail\Bundle\Settings\SettingsProvider;
use ExchangeMail\Bundle\Settings\SystemMailboxesCollect;
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

    public function testWithOAuthTheEngineGetsTheApplicationAndNoPassword(): void
    {
        $credentials = new Credentials(
            LoginScheme::OAuth,
            'EXAMPLE\svc',
            'old password',
            'https://login.example.com/token',
            'client',
            'secret',
            'https://mail.example.com/.default'
        );

        self::assertSame(
            [
                'auth' => 'oauth',
                'oauth_token_url' => 'https://login.example.com/token',
                'oauth_client_id' => 'client',
                'oauth_client_secret' => 'secret',
                'oauth_scope' => 'https://mail.example.com/.default',
            ],
            $credentials->toEngineOptions()
        );
        self::assertSame('client', $credentials->getAccount());
        self::assertSame([], $credentials->getMissing());
        self::assertSame(
            ['oauth_token_url', 'oauth_client_id', 'oauth_client_secret', 'oauth_scope'],
            (new Credentials(LoginScheme::OAuth, 'svc', 'password'))->getMissing()
        );
    }

    public function testWhatIsMissingIsNamed(): void
    {
        $settings = new ExchangeSettings(true, '', ServerVersion::Auto, new Credentials(), DomainList::fromText(''));

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
            Configuration::AUTH => 'ntlm',
            Configuration::OWNER_IS_RECIPIENT => '1',
            Configuration::SKIP_PRIVATE => true,
            Configuration::SYSTEM_MAILBOXES_COLLECT => 'matched',
            Configuration::JOURNAL_MAILBOXES => "Journal@example.com, journal2@example.com",
            Configuration::ALLOW_OPT_OUT => true,
            Configuration::PROXY => 'http://proxy.example.com:3128',
            Configuration::LEGACY_TLS => true,
        ];
        $config = $this->createMock(ConfigManager::class);
        $config->method('get')->willReturnCallback(
            static fn (string $name): mixed => $stored[substr($name, \strlen('exchange_mail.'))] ?? null
        );
        $crypter = $this->createMock(SymmetricCrypterInterface::class);
        $crypter->method('decryptData')->with('encrypted')->willReturn(self::PASSWORD);

        $settings = (new SettingsProvider($config, $crypter))->getSettings();
        $options = $settings->toEngineOptions();

        self::assertSame(['Inbox', 'Projects, old'], $options['folders']);
        self::assertSame('2026-01-31', $options['since']);
        self::assertSame(64, $options['concurrency']);
        self::assertSame('/etc/ssl/ca.pem', $options['ca_file']);
        self::assertSame('Exchange2010_SP2', $options['version']);
        self::assertSame('mail.example.com', $options['server']);
        self::assertSame(self::PASSWORD, $options['password']);
        self::assertSame('ntlm', $options['auth']);
        self::assertTrue($options['owner_is_recipient']);
        self::assertTrue($options['skip_private']);
        self::assertSame(['journal@example.com', 'journal2@example.com'], $options['journal_mailboxes']);
        self::assertSame('http://proxy.example.com:3128', $options['proxy']);
        self::assertTrue($options['legacy_tls']);
        self::assertSame(SystemMailboxesCollect::Matched, $settings->collection->systemMailboxesCollect);
        self::assertTrue($settings->collection->allowOptOut);
    }

    private function settings(string $password): ExchangeSettings
    {
        return new ExchangeSettings(
            true,
            'mail.example.com',
            ServerVersion::Exchange2019,
            new Credentials(LoginScheme::Auto, 'EXAMPLE\svc', $password, clientSecret: $password),
            DomainList::fromText('example.com')
        );
    }
}
