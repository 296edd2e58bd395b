<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Unit;

use Doctrine\DBAL\Exception\TableNotFoundException;
use Doctrine\ORM\AbstractQuery;
use Doctrine\ORM\EntityManagerInterface;
use Doctrine\ORM\Query;
use Doctrine\ORM\QueryBuilder;
use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Controller\StatusController;
use ExchangeMail\Bundle\Datagrid\MailboxGridQuery;
use ExchangeMail\Bundle\Engine\EngineRequirement;
use ExchangeMail\Bundle\Settings\SettingsProvider;
use ExchangeMail\Bundle\Status\VisibleMailboxes;
use Oro\Bundle\ConfigBundle\Config\ConfigManager;
use Oro\Bundle\EmailBundle\Sync\EmailSynchronizerInterface;
use Oro\Bundle\SecurityBundle\Csrf\CsrfRequestManager;
use Oro\Bundle\SecurityBundle\Encoder\SymmetricCrypterInterface;
use Oro\Bundle\SecurityBundle\ORM\Walker\AclHelper;
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

    public function testAMailboxThatTheUserMayNotSeeIsNotReadForHim(): void
    {
        $this->synchronizer->expects(self::never())->method('scheduleSyncOriginsJob');

        $this->expectException(AccessDeniedHttpException::class);
        $this->controller(['exchange_mail_sync_now'], isVisible: false)->syncAction(new Request(), 7);
    }

    public function testBeforeTheDatabaseIsUpdatedThePageSaysWhatToRun(): void
    {
        $exception = (new \ReflectionClass(TableNotFoundException::class))->newInstanceWithoutConstructor();
        $page = (string)$this->controller(['exchange_mail_status_view'], fault: $exception)->indexAction()->getContent();

        self::assertStringContainsString('oro:platform:update', $page);
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
    private function controller(
        array $granted,
        bool $isTokenValid = true,
        bool $isVisible = true,
        ?\Throwable $fault = null
    ): StatusController {
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
            $this->mailboxes($isVisible, $fault),
            $csrf,
            $translator,
            new Environment(new ArrayLoader(['@ExchangeMail/Status/index.html.twig' => '{{ remedy }}']))
        );
    }

    private function mailboxes(bool $isVisible, ?\Throwable $fault): VisibleMailboxes
    {
        // final in ORM 2, and what QueryBuilder promises in ORM 3
        $isFinal = (new \ReflectionClass(Query::class))->isFinal();
        $query = $this->createMock($isFinal ? AbstractQuery::class : Query::class);
        $result = $query->method('getArrayResult');
        $row = ['mailboxes' => 1, 'failed' => 0, 'switchedOff' => 0, 'collected' => 2, 'skipped' => 0];
        null === $fault ? $result->willReturn($isVisible ? [$row] : []) : $result->willThrowException($fault);
        $acl = $this->createMock(AclHelper::class);
        $acl->method('apply')->willReturn($query);
        $builder = $this->createMock(QueryBuilder::class);
        foreach (['select', 'addSelect', 'andWhere', 'setParameter'] as $method) {
            $builder->method($method)->willReturnSelf();
        }
        $grid = $this->createMock(MailboxGridQuery::class);
        $grid->method('create')->willReturn($builder);

        return new VisibleMailboxes($grid, $acl);
    }
}
