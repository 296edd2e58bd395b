<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Unit;

use Doctrine\ORM\EntityManagerInterface;
use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Controller\StatusController;
use ExchangeMail\Bundle\Engine\EngineRequirement;
use ExchangeMail\Bundle\Settings\SettingsProvider;
use Oro\Bundle\ConfigBundle\Config\ConfigManager;
use Oro\Bundle\EmailBundle\Sync\EmailSynchronizerInterface;
use Oro\Bundle\SecurityBundle\Csrf\CsrfRequestManager;
use Oro\Bundle\SecurityBundle\Encoder\SymmetricCrypterInterface;
use PHPUnit\Framework\MockObject\MockObject;
use PHPUnit\Framework\TestCase;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpKernel\Exception\AccessDeniedHttpException;
use Symfony\Component\Security\Core\Authorization\AuthorizationCheckerInterface;
use Symfony\Contracts\Translation\TranslatorInterface;
use Twig\Environment;
use Twig\Loader\ArrayLoader;

final class StatusControllerTest extends TestCase
{
    private EmailSynchronizerInterface&MockObject $synchronizer;

    protected function setUp(): void
    {
        $this->synchronizer = $this->createMock(EmailSynchronizerInterface::class);
    }

    public function testThePageIsForThoseWhoMaySeeTheMailboxes(): void
    {
        $response = $this->controller(['exchange_mail_status_view'])->indexAction();
        self::assertSame(200, $response->getStatusCode());

        $this->expectException(AccessDeniedHttpException::class);
        $this->controller(['exchange_mail_sync_now'])->indexAction();
    }

    public function testSyncNowNeedsItsOwnPermissionAndARequestOfThisSite(): void
    {
        $this->synchronizer->expects(self::never())->method('scheduleSyncOriginsJob');
        $refused = 0;
        foreach ([[['exchange_mail_status_view'], true], [['exchange_mail_sync_now'], false]] as [$granted, $isTokenValid]) {
            try {
                $this->controller($granted, $isTokenValid)->syncAction(new Request(), 7);
            } catch (AccessDeniedHttpException) {
                ++$refused;
            }
        }
        self::assertSame(2, $refused);
    }

    public function testSyncNowSaysWhyItCanNot(): void
    {
        $this->synchronizer->expects(self::never())->method('scheduleSyncOriginsJob');

        $answer = json_decode(
            (string)$this->controller(['exchange_mail_sync_now'])->syncAction(new Request(), 7)->getContent(),
            true,
            512,
            \JSON_THROW_ON_ERROR
        );

        self::assertFalse($answer['successful']);
        self::assertStringContainsString(
            (new EngineRequirement())->isMet() ? 'exchange_mail.status.sync_now.not_configured' : 'exchange_sync',
            $answer['message']
        );
    }

    /**
     * @param list<string> $granted
     */
    private function controller(array $granted, bool $isTokenValid = true): StatusController
    {
        $doctrine = $this->createMock(ManagerRegistry::class);
        $doctrine->method('getManagerForClass')->willReturn($this->createMock(EntityManagerInterface::class));
        $authorization = $this->createMock(AuthorizationCheckerInterface::class);
        $authorization->method('isGranted')->willReturnCallback(static fn (string $name): bool => \in_array($name, $granted, true));
        $csrf = $this->createMock(CsrfRequestManager::class);
        $csrf->method('isRequestTokenValid')->willReturn($isTokenValid);
        $translator = $this->createMock(TranslatorInterface::class);
        $translator->method('trans')->willReturnArgument(0);

        return new StatusController(
            $doctrine,
            $this->synchronizer,
            new SettingsProvider($this->createMock(ConfigManager::class), $this->createMock(SymmetricCrypterInterface::class)),
            new EngineRequirement(),
            $authorization,
            $csrf,
            $translator,
            new Environment(new ArrayLoader(['@ExchangeMail/Status/index.html.twig' => 'page']))
        );
    }
}
