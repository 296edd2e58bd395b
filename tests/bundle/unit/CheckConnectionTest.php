<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Unit;

use ExchangeMail\Bundle\Compat\OutboundConnections;
use ExchangeMail\Bundle\Connection\ConnectionChecker;
use ExchangeMail\Bundle\Connection\ConnectionCheckRequest;
use ExchangeMail\Bundle\Controller\CheckConnectionController;
use ExchangeMail\Bundle\Engine\EngineFactory;
use ExchangeMail\Bundle\Engine\EngineRequirement;
use ExchangeMail\Bundle\Settings\SettingLabels;
use ExchangeMail\Bundle\Settings\SettingsProvider;
use Oro\Bundle\ConfigBundle\Config\ConfigManager;
use Oro\Bundle\ConfigBundle\Validator\OutboundConnectionValidatorInterface;
use Oro\Bundle\SecurityBundle\Csrf\CsrfRequestManager;
use Oro\Bundle\SecurityBundle\Encoder\SymmetricCrypterInterface;
use PHPUnit\Framework\TestCase;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpKernel\Exception\AccessDeniedHttpException;
use Symfony\Component\Security\Core\Authorization\AuthorizationCheckerInterface;
use Symfony\Component\Validator\Validation;
use Symfony\Contracts\Translation\TranslatorInterface;

/**
 * The "Check connection" button up to the engine; what the engine finds is shown by its own tests.
 */
final class CheckConnectionTest extends TestCase
{
    private const FORM = [
        'server' => 'mail.example.com',
        'version' => 'auto',
        'login' => 'svc',
        'password' => 'secret',
        'domains' => 'example.com',
        'ca_file' => '',
        'mailbox' => 'jane@example.com',
    ];

    private const OAUTH = [
        'oauth_token_url' => 'https://login.example.com/token',
        'oauth_client_id' => 'client',
        'oauth_client_secret' => '',
        'oauth_scope' => 'scope',
    ];

    public function testWithoutTheExtensionTheAnswerSaysWhatToInstall(): void
    {
        if ((new EngineRequirement())->isMet()) {
            fwrite(\STDERR, "SKIPPED: the answer without the extension (it is loaded)\n");
            self::markTestSkipped('The extension is loaded.');
        }

        $answer = $this->check(self::FORM);

        self::assertFalse($answer['successful']);
        self::assertStringContainsString('exchange_sync', $answer['message']);
        self::assertStringContainsString('extension=exchange_sync', $answer['message']);
    }

    /**
     * @dataProvider provideFaults
     */
    public function testAFaultInTheFormIsToldBeforeAnythingIsSent(array $change, string $message): void
    {
        self::assertSame(['successful' => false, 'message' => $message], $this->check($change + self::FORM));
    }

    /**
     * @return iterable<string, array{0: array<string, mixed>, 1: string}>
     */
    public static function provideFaults(): iterable
    {
        yield 'no mailbox' => [['mailbox' => ''], 'exchange_mail.mailbox.needed'];
        yield 'a server that is none' => [['server' => 'no server'], 'exchange_mail.server.invalid'];
        yield 'a list instead of a text' => [['mailbox' => ['a', 'b']], 'exchange_mail.mailbox.needed'];
        yield 'a domain that is none' => [['domains' => 'localhost'], 'exchange_mail.domains.invalid'];
        yield 'a file that is not there' => [['ca_file' => '/no/such/file'], 'exchange_mail.ca_file.unreadable'];
        yield 'the stored password for another server' => [
            ['server' => 'evil.test', 'password' => ''],
            'exchange_mail.check_connection.password_needed',
        ];
        yield 'the stored secret for another server' => [
            ['auth' => 'oauth', 'server' => 'evil.test'] + self::OAUTH,
            'exchange_mail.check_connection.oauth_client_secret_needed',
        ];
        yield 'the stored secret for another token endpoint' => [
            ['auth' => 'oauth', 'oauth_token_url' => 'https://evil.test/token'] + self::OAUTH,
            'exchange_mail.check_connection.oauth_client_secret_needed',
        ];
        yield 'a secret over http' => [
            ['auth' => 'oauth', 'oauth_token_url' => 'http://login.example.com/token'],
            'exchange_mail.oauth_token_url.invalid',
        ];
        yield 'a login in the proxy' => [['proxy' => 'http://me:secret@proxy.example.com'], 'exchange_mail.proxy.credentials'];
        yield 'a server that Oro may not reach' => [
            ['server' => 'forbidden.example.com'],
            'exchange_mail.check_connection.outbound_forbidden',
        ];
    }

    public function testOnlyAnAdministratorOfTheConfigurationMayCheck(): void
    {
        $this->expectException(AccessDeniedHttpException::class);
        $this->check(self::FORM, isGranted: false);
    }

    public function testARequestFromAnotherSiteIsRefused(): void
    {
        $this->expectException(AccessDeniedHttpException::class);
        $this->check(self::FORM, isTokenValid: false);
    }

    /**
     * Of Oro 7.0; in others the interface is declared here, because there the rules are none.
     */
    private function createOutboundValidator(): OutboundConnectionValidatorInterface
    {
        require_once __DIR__ . '/StandIn/OutboundConnectionValidatorInterface.php';
        $validator = $this->createMock(OutboundConnectionValidatorInterface::class);
        $validator->method('isConnectionAllowed')->willReturnCallback(
            static fn (string $host, int $port): bool => 'forbidden.example.com' !== $host && 443 === $port
        );

        return $validator;
    }

    /**
     * @param array<string, mixed> $form
     *
     * @return array{successful: bool, message: string}
     */
    private function check(array $form, bool $isGranted = true, bool $isTokenValid = true): array
    {
        $config = $this->createMock(ConfigManager::class);
        $stored = [
            'exchange_mail.server' => 'mail.example.com',
            'exchange_mail.password' => 'x',
            'exchange_mail.oauth_token_url' => 'https://login.example.com/token',
            'exchange_mail.oauth_client_secret' => 'x',
        ];
        $config->method('get')->willReturnCallback(static fn (string $name): mixed => $stored[$name] ?? null);
        $crypter = $this->createMock(SymmetricCrypterInterface::class);
        $crypter->method('decryptData')->willReturn('stored');
        $provider = new SettingsProvider($config, $crypter);
        $translator = $this->createMock(TranslatorInterface::class);
        $translator->method('trans')->willReturnArgument(0);
        $labels = new SettingLabels($translator);
        $outbound = new OutboundConnections($this->createOutboundValidator());
        $authorization = $this->createMock(AuthorizationCheckerInterface::class);
        $authorization->method('isGranted')->with('oro_config_system')->willReturn($isGranted);
        $csrf = $this->createMock(CsrfRequestManager::class);
        $csrf->method('isRequestTokenValid')->willReturn($isTokenValid);

        $controller = new CheckConnectionController(
            new ConnectionCheckRequest(
                new ConnectionChecker(new EngineFactory($provider, new EngineRequirement(), $labels), $translator, $labels, $outbound),
                Validation::createValidator()
            ),
            $provider,
            $authorization,
            $csrf
        );

        return json_decode(
            (string)$controller->checkAction(Request::create('/', 'POST', $form))->getContent(),
            true,
            512,
            \JSON_THROW_ON_ERROR
        );
    }
}
