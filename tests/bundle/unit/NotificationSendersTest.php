<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Unit;

use Doctrine\ORM\AbstractQuery;
use Doctrine\ORM\EntityManagerInterface;
use Doctrine\ORM\Query;
use Doctrine\ORM\QueryBuilder;
use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Migrations\Data\ORM\LoadEmailTemplates;
use ExchangeMail\Bundle\Notification\EmailNotificationSender;
use ExchangeMail\Bundle\Notification\SocketNotificationSender;
use ExchangeMail\Bundle\Settings\SettingLabels;
use ExchangeMail\Bundle\Settings\SettingsProvider;
use ExchangeMail\Bundle\Sync\MailboxFinished;
use Oro\Bundle\ConfigBundle\Config\ConfigManager;
use Oro\Bundle\EmailBundle\Entity\EmailOrigin;
use Oro\Bundle\NotificationBundle\Manager\EmailNotificationManager;
use Oro\Bundle\OrganizationBundle\Entity\Organization;
use Oro\Bundle\SecurityBundle\Encoder\SymmetricCrypterInterface;
use Oro\Bundle\SyncBundle\Client\ConnectionChecker;
use Oro\Bundle\SyncBundle\Client\WebsocketClientInterface;
use Oro\Bundle\UserBundle\Entity\User;
use PHPUnit\Framework\TestCase;
use Symfony\Contracts\Translation\TranslatorInterface;
use Twig\Environment;
use Twig\Loader\ArrayLoader;

final class NotificationSendersTest extends TestCase
{
    private const AUTHENTICATION = 'ExchangeSync\AuthenticationException';
    private const IMPERSONATION = 'ExchangeSync\ImpersonationException';

    /** @var array<string, mixed> */
    private array $parameters = [];

    public function testARefusedAccountIsMailedToTheAdministratorsOfTheOrganization(): void
    {
        $params = $this->mail(self::AUTHENTICATION, [$this->createMock(User::class), $this->createMock(User::class)]);

        self::assertSame(['role' => 'ROLE_ADMINISTRATOR', 'organization' => 3], $this->parameters);
        self::assertSame('EXAMPLE\svc', $params['username']);
        self::assertSame('mail.example.com', $params['host']);
    }

    public function testARefusedMailboxIsMailedToTheAdministratorsInTheWordsOfThePage(): void
    {
        $params = $this->mail(self::IMPERSONATION, [$this->createMock(User::class)]);

        self::assertSame(['role' => 'ROLE_ADMINISTRATOR', 'organization' => 3], $this->parameters);
        self::assertSame('jane@example.com', $params['mailbox']);
        self::assertStringContainsString('Check "login".', $params['error']);
    }

    public function testNothingIsMailedWhereNobodyIsToBeTold(): void
    {
        self::assertNull($this->mail(self::AUTHENTICATION, []));
    }

    /**
     * @testWith ["ExchangeSync\\AuthenticationException", "EXAMPLE\\svc"]
     *           ["ExchangeSync\\ImpersonationException", "jane@example.com"]
     */
    public function testOpenPagesAreToldOnOrosTopic(string $exception, string $username): void
    {
        $client = $this->createMock(WebsocketClientInterface::class);
        $client->expects(self::once())
            ->method('publish')
            ->with('oro/imap_sync_fail/*', ['username' => $username, 'host' => 'mail.example.com'])
            ->willReturn(true);

        $this->publish($client, true, $exception);
    }

    public function testNothingIsPublishedWithoutAWebsocketServer(): void
    {
        $client = $this->createMock(WebsocketClientInterface::class);
        $client->expects(self::never())->method('publish');

        $this->publish($client, false, self::AUTHENTICATION);
    }

    /**
     * @testWith ["exchange_mail_account_refused"]
     *           ["exchange_mail_mailbox_refused"]
     */
    public function testEachTemplateIsNamedLikeItsFileAndShowsWhatItIsGiven(string $name): void
    {
        $source = (string)file_get_contents((new LoadEmailTemplates())->getEmailsDir() . '/' . $name . '.html.twig');
        // 5.1 takes the whole rest of the line for the value, so it may be in no Twig comment.
        self::assertStringStartsWith('@name = ' . $name . "\n@subject = ", $source);
        $twig = new Environment(new ArrayLoader(['mail' => $source]), ['strict_variables' => true]);

        $text = $twig->render('mail', ['username' => 'svc', 'host' => 'HOST', 'mailbox' => 'MAILBOX', 'error' => '<refused>']);

        self::assertStringContainsString('HOST', $text);
        self::assertStringContainsString('MAILBOX', $text);
        self::assertStringContainsString('&lt;refused&gt;', $text);
    }

    /**
     * @param list<User> $users
     *
     * @return array<string, string>|null the template's values, null where nothing was sent
     */
    private function mail(string $exception, array $users): ?array
    {
        // final in ORM 2, and what QueryBuilder promises in ORM 3
        $isFinal = (new \ReflectionClass(Query::class))->isFinal();
        $query = $this->createMock($isFinal ? AbstractQuery::class : Query::class);
        $query->method('getResult')->willReturn($users);
        $builder = $this->createMock(QueryBuilder::class);
        foreach (['select', 'from', 'join', 'where', 'andWhere'] as $method) {
            $builder->method($method)->willReturnSelf();
        }
        $builder->method('setParameter')->willReturnCallback(function (string $name, mixed $value) use ($builder): QueryBuilder {
            $this->parameters[$name] = $value;

            return $builder;
        });
        $builder->method('getQuery')->willReturn($query);
        $em = $this->createMock(EntityManagerInterface::class);
        $em->method('createQueryBuilder')->willReturn($builder);
        $doctrine = $this->createMock(ManagerRegistry::class);
        $doctrine->method('getManagerForClass')->with(User::class)->willReturn($em);
        $sent = null;
        $manager = $this->createMock(EmailNotificationManager::class);
        $manager->method('process')->willReturnCallback(static function (array $notifications, mixed ...$rest) use (&$sent): void {
            self::assertCount(1, $notifications);
            $sent = array_merge(...array_filter($rest, is_array(...)));
        });

        $translator = $this->createMock(TranslatorInterface::class);
        $translator->method('trans')->willReturnCallback(static fn (string $key): string => explode('.', $key)[3]);
        $labels = new SettingLabels($translator);

        (new EmailNotificationSender($manager, $doctrine, $this->settings(), $labels))->send($this->mailbox($exception));

        return $sent;
    }

    private function publish(WebsocketClientInterface $client, bool $isConnected, string $exception): void
    {
        $checker = $this->createMock(ConnectionChecker::class);
        $checker->method('checkConnection')->willReturn($isConnected);

        (new SocketNotificationSender($client, $checker, $this->settings()))->send($this->mailbox($exception));
    }

    private function settings(): SettingsProvider
    {
        $config = $this->createMock(ConfigManager::class);
        $stored = ['exchange_mail.login' => 'EXAMPLE\svc', 'exchange_mail.server' => 'mail.example.com'];
        $config->method('get')->willReturnCallback(static fn (string $name): mixed => $stored[$name] ?? null);

        return new SettingsProvider($config, $this->createMock(SymmetricCrypterInterface::class));
    }

    private function mailbox(string $exception): MailboxFinished
    {
        $organization = $this->createMock(Organization::class);
        $organization->method('getId')->willReturn(3);
        $origin = new ExchangeEmailOrigin();
        $origin->setMailboxAddress('jane@example.com');
        (new \ReflectionProperty(EmailOrigin::class, 'organization'))->setValue($origin, $organization);
        $origin->recordFailure($exception, null, 'Refused.', "Check 'login'.");

        return MailboxFinished::of($origin);
    }
}
