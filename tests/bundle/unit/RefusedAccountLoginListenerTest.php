<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Unit;

use ExchangeMail\Bundle\EventListener\RefusedAccountLoginListener;
use ExchangeMail\Bundle\Settings\SettingsProvider;
use ExchangeMail\Bundle\Status\StatusProvider;
use Oro\Bundle\ConfigBundle\Config\ConfigManager;
use Oro\Bundle\SecurityBundle\Encoder\SymmetricCrypterInterface;
use Oro\Bundle\UserBundle\Entity\User;
use PHPUnit\Framework\TestCase;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\Session\Session;
use Symfony\Component\HttpFoundation\Session\Storage\MockArraySessionStorage;
use Symfony\Component\Routing\Generator\UrlGeneratorInterface;
use Symfony\Component\Security\Core\Authentication\Token\TokenInterface;
use Symfony\Component\Security\Core\Authorization\AuthorizationCheckerInterface;
use Symfony\Component\Security\Core\User\UserInterface;
use Symfony\Component\Security\Http\Event\InteractiveLoginEvent;
use Symfony\Component\Translation\Loader\ArrayLoader;
use Symfony\Component\Translation\Translator;

final class RefusedAccountLoginListenerTest extends TestCase
{
    public function testAnAdministratorWhoSignsInIsToldThatTheAccountIsRefused(): void
    {
        self::assertSame(
            ['EXAMPLE\&lt;svc&gt; is refused, see /status'],
            $this->signIn(isGranted: true, isEnabled: true, isRefused: true)
        );
    }

    /**
     * @testWith [false, true, true]
     *           [true, false, true]
     *           [true, true, false]
     */
    public function testNobodyElseIsToldAndNothingWhereNothingIsWrong(bool $isGranted, bool $isEnabled, bool $isRefused): void
    {
        self::assertSame([], $this->signIn($isGranted, $isEnabled, $isRefused));
    }

    /**
     * @return list<string> messages that the user sees
     */
    private function signIn(bool $isGranted, bool $isEnabled, bool $isRefused): array
    {
        $status = $this->createMock(StatusProvider::class);
        $status->method('isAccountRefused')->willReturn($isRefused);
        $config = $this->createMock(ConfigManager::class);
        $stored = ['exchange_mail.enabled' => $isEnabled, 'exchange_mail.login' => 'EXAMPLE\<svc>'];
        $config->method('get')->willReturnCallback(static fn (string $name): mixed => $stored[$name] ?? null);
        $authorization = $this->createMock(AuthorizationCheckerInterface::class);
        $authorization->method('isGranted')->willReturn($isGranted);
        $urls = $this->createMock(UrlGeneratorInterface::class);
        $urls->method('generate')->with('exchange_mail_status')->willReturn('/status');
        $translator = new Translator('en');
        $translator->addLoader('array', new ArrayLoader());
        $translator->addResource('array', ['exchange_mail.account_refused' => '%login% is refused, see %url%'], 'en');
        $token = $this->createMock(TokenInterface::class);
        $token->method('getUser')->willReturn($this->user());
        $session = new Session(new MockArraySessionStorage());
        $request = new Request();
        $request->setSession($session);

        (new RefusedAccountLoginListener(
            $status,
            new SettingsProvider($config, $this->createMock(SymmetricCrypterInterface::class)),
            $authorization,
            $urls,
            $translator
        ))->onLogin(new InteractiveLoginEvent($request, $token));

        return $session->getFlashBag()->get('error');
    }

    /** Oro's user is one of Symfony's; the stand-in is not, where Oro is not installed. */
    private function user(): User
    {
        return new class extends User implements UserInterface {
            public function getRoles(): array
            {
                return [];
            }

            public function getUserIdentifier(): string
            {
                return 'admin';
            }

            public function getUsername(): string
            {
                return 'admin';
            }

            public function getPassword(): ?string
            {
                return null;
            }

            public function getSalt(): ?string
            {
                return null;
            }

            public function eraseCredentials(): void
            {
            }
        };
    }
}
