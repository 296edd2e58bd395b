<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Unit;

use Oro\Bundle\ConfigBundle\Config\ConfigManager;
use Oro\Bundle\SecurityBundle\Encoder\SymmetricCrypterInterface;
use PHPUnit\Framework\TestCase;
use Symfony\Component\Form\FormInterface;
use Symfony\Contracts\Translation\TranslatorInterface;

final class ConfigurationFormTest extends TestCase
{
    private const COMPLETE = [
        'enabled' => '1',
        'server' => 'mail.example.com',
        'version' => 'Exchange2016',
        'auth' => 'auto',
        'login' => 'EXAMPLE\svc',
        'password' => 'new secret',
        'domains' => 'example.com',
        'folders' => '',
        'start_date' => '',
        'concurrency' => '8',
        'ca_file' => '',
    ];

    private const OAUTH = [
        'auth' => 'oauth',
        'login' => '',
        'password' => '',
        'oauth_token_url' => 'https://login.example.com/token',
        'oauth_client_id' => 'client',
        'oauth_client_secret' => 'new secret',
        'oauth_scope' => 'scope',
    ] + self::COMPLETE;

    public function testACompleteConfigurationIsAcceptedAndThePasswordEncrypted(): void
    {
        $form = $this->submit(self::COMPLETE);

        self::assertSame([], ConfigurationForm::errors($form));
        self::assertTrue($form->isValid());
        self::assertSame('encrypted(new secret)', $this->value($form, 'password'));
        self::assertSame('EXAMPLE\svc', $this->value($form, 'login'));
    }

    /**
     * @dataProvider provideNeededFields
     */
    public function testTheIntegrationIsNotSwitchedOnWithoutANeededField(string $field): void
    {
        $form = $this->submit([$field => 'password' === $field ? '' : '  '] + self::COMPLETE);

        self::assertFalse($form->isValid());
        self::assertSame([$field => ['exchange_mail.' . $field . '.needed']], ConfigurationForm::errors($form));
    }

    /**
     * @return iterable<array{0: string}>
     */
    public static function provideNeededFields(): iterable
    {
        yield ['server'];
        yield ['login'];
        yield ['password'];
        yield ['domains'];
    }

    public function testOAuthNeedsItsOwnFieldsAndNoPassword(): void
    {
        $form = $this->submit(self::OAUTH);
        self::assertSame([], ConfigurationForm::errors($form));
        self::assertSame('encrypted(new secret)', $this->value($form, 'oauth_client_secret'));

        foreach (['oauth_token_url', 'oauth_client_id', 'oauth_client_secret', 'oauth_scope'] as $field) {
            self::assertSame(
                [$field => ['exchange_mail.' . $field . '.needed']],
                ConfigurationForm::errors($this->submit([$field => ''] + self::OAUTH))
            );
        }
    }

    public function testAStoredClientSecretIsSentNeitherToAnotherServerNorToAnotherTokenEndpoint(): void
    {
        $stored = [
            'server' => 'mail.example.com',
            'oauth_token_url' => 'https://login.example.com/token',
            'oauth_client_secret' => 'stored',
        ];
        $refused = ['oauth_client_secret' => ['exchange_mail.oauth_client_secret.server_changed']];
        $kept = ['oauth_client_secret' => ''] + self::OAUTH;

        self::assertSame([], ConfigurationForm::errors($this->submit($kept, $stored)));
        self::assertSame($refused, ConfigurationForm::errors($this->submit(['server' => 'evil.test'] + $kept, $stored)));
        self::assertSame(
            $refused,
            ConfigurationForm::errors($this->submit(['oauth_token_url' => 'https://evil.test/'] + $kept, $stored))
        );
    }

    public function testAnUnfinishedConfigurationMayBeSavedWhileSwitchedOff(): void
    {
        $form = $this->submit(['enabled' => null, 'server' => '', 'login' => '', 'password' => '', 'domains' => ''] + self::COMPLETE);

        self::assertTrue($form->isValid());
    }

    public function testAnEmptyPasswordFieldKeepsTheStoredPassword(): void
    {
        $form = $this->submit(['password' => ''] + self::COMPLETE, ['server' => 'mail.example.com', 'password' => 'stored']);

        self::assertTrue($form->isValid());
        self::assertSame('stored', $this->value($form, 'password'));
    }

    public function testAStoredPasswordIsNotSentToAnotherServer(): void
    {
        $stored = ['server' => 'mail.example.com', 'password' => 'stored'];
        $form = $this->submit(['server' => 'evil.test', 'password' => ''] + self::COMPLETE, $stored);
        self::assertSame(['password' => ['exchange_mail.password.server_changed']], ConfigurationForm::errors($form));

        self::assertTrue($this->submit(['server' => 'other.example.com'] + self::COMPLETE, $stored)->isValid());
        self::assertTrue($this->submit(['server' => 'MAIL.example.com', 'password' => ''] + self::COMPLETE, $stored)->isValid());
    }

    public function testThePageShowsNothingOfAPassword(): void
    {
        $view = $this->form(['password' => 'stored'])->createView()['exchange_mail___password']['value'];
        self::assertSame('', $view->vars['value']);
        self::assertSame('new-password', $view->vars['attr']['autocomplete']);
        self::assertSame(8, mb_strlen($view->vars['attr']['placeholder']));

        $refused = $this->submit(['server' => ''] + self::COMPLETE)->createView()['exchange_mail___password']['value'];
        self::assertSame('', $refused->vars['value']);
        self::assertStringNotContainsString('secret', json_encode($refused->vars['attr'], \JSON_THROW_ON_ERROR));
    }

    public function testDomainsAreStoredOneALineInLowerCase(): void
    {
        $form = $this->submit(['domains' => 'Example.COM, @example.org'] + self::COMPLETE);

        self::assertSame("example.com\nexample.org", $this->value($form, 'domains'));
    }

    /**
     * @dataProvider provideRefusedValues
     */
    public function testARefusedValueHasItsMessageAtTheField(string $field, string $value, string $message): void
    {
        $form = $this->submit([$field => $value] + self::COMPLETE);

        self::assertFalse($form->isValid());
        self::assertSame([$field], array_keys(ConfigurationForm::errors($form)));
        self::assertStringContainsString($message, ConfigurationForm::errors($form)[$field][0]);
    }

    /**
     * @return iterable<string, array{0: string, 1: string, 2: string}>
     */
    public static function provideRefusedValues(): iterable
    {
        yield 'spaces in a host' => ['server', 'mail example com', 'exchange_mail.server.invalid'];
        yield 'another scheme' => ['server', 'ftp://mail.example.com', 'exchange_mail.server.invalid'];
        yield 'a password over http' => ['server', 'http://mail.example.com/EWS/Exchange.asmx', 'exchange_mail.server.insecure'];
        yield 'a login in the address' => ['server', 'https://svc:secret@mail.example.com', 'exchange_mail.server.credentials'];
        yield 'an unknown version' => ['version', 'Exchange2003', 'valid'];
        yield 'a domain that is none' => ['domains', 'localhost', 'exchange_mail.domains.invalid'];
        yield 'a day to come' => ['start_date', gmdate('Y-m-d', strtotime('+2 days')), 'exchange_mail.start_date.future'];
        yield 'no date' => ['start_date', '31.02.2026', 'valid'];
        yield 'no mailbox at once' => ['concurrency', '0', 'between'];
        yield 'too many at once' => ['concurrency', '65', 'between'];
        yield 'a relative path' => ['ca_file', 'ca.pem', 'exchange_mail.ca_file.relative'];
        yield 'a file that is not there' => ['ca_file', '/no/such/ca.pem', 'exchange_mail.ca_file.unreadable'];
        yield 'an unknown scheme' => ['auth', 'digest', 'valid'];
        yield 'a secret over http' => ['oauth_token_url', 'http://login.example.com/token', 'exchange_mail.oauth_token_url.invalid'];
        yield 'no URL' => ['oauth_token_url', 'login.example.com', 'exchange_mail.oauth_token_url.invalid'];
        yield 'a login in the URL' => ['oauth_token_url', 'https://a:b@login.example.com', 'exchange_mail.server.credentials'];
        yield 'a proxy without scheme' => ['proxy', 'proxy.example.com:3128', 'exchange_mail.proxy.invalid'];
        yield 'a proxy over https' => ['proxy', 'https://proxy.example.com:3128', 'exchange_mail.proxy.invalid'];
        yield 'a login at the proxy' => ['proxy', 'http://a:b@proxy.example.com', 'exchange_mail.proxy.credentials'];
        yield 'a journal that is no address' => ['journal_mailboxes', "a@example.com\nb", 'exchange_mail.journal_mailboxes.invalid'];
        yield 'a file without certificates' => ['ca_file', __FILE__, 'exchange_mail.ca_file.invalid'];
    }

    /**
     * @dataProvider provideAcceptedServers
     */
    public function testAHostADomainAndAnUrlAreServers(string $server): void
    {
        self::assertSame([], ConfigurationForm::errors($this->submit(['server' => $server] + self::COMPLETE)));
    }

    /**
     * @return iterable<array{0: string}>
     */
    public static function provideAcceptedServers(): iterable
    {
        yield ['mail.example.com'];
        yield ['mail.example.com:8443'];
        yield ['exchange'];
        yield ['10.1.2.3'];
        yield ['[2001:db8::1]:443'];
        yield ['https://mail.example.com/EWS/Exchange.asmx'];
        yield ['http://127.0.0.1:8080/EWS/Exchange.asmx'];
    }

    private function submit(array $values, array $stored = []): FormInterface
    {
        return $this->form($stored)->submit(ConfigurationForm::submission($values));
    }

    private function form(array $stored): FormInterface
    {
        $config = $this->createMock(ConfigManager::class);
        $config->method('get')->willReturnCallback(
            static fn (string $name): mixed => $stored[substr($name, \strlen('exchange_mail.'))] ?? null
        );
        $crypter = $this->createMock(SymmetricCrypterInterface::class);
        $crypter->method('encryptData')->willReturnCallback(static fn (string $plain): string => 'encrypted(' . $plain . ')');
        $translator = $this->createMock(TranslatorInterface::class);
        $translator->method('trans')->willReturnArgument(0);

        return ConfigurationForm::create($stored, $config, $crypter, $translator);
    }

    private function value(FormInterface $form, string $name): mixed
    {
        return $form->get('exchange_mail___' . $name)->get('value')->getData();
    }
}
