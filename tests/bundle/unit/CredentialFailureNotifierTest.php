<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Unit;

use Doctrine\ORM\AbstractQuery;
use Doctrine\ORM\EntityManagerInterface;
use Doctrine\ORM\EntityRepository;
use Doctrine\ORM\Query;
use Doctrine\ORM\QueryBuilder;
use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Notification\CredentialFailureNotifier;
use ExchangeMail\Bundle\Notification\NotificationSenderInterface;
use ExchangeMail\Bundle\Notification\RefusalAlert;
use ExchangeMail\Bundle\Notification\RefusalAlerts;
use ExchangeMail\Bundle\Settings\SettingLabels;
use ExchangeMail\Bundle\Sync\MailboxFinished;
use Oro\Bundle\EmailBundle\Entity\EmailOrigin;
use Oro\Bundle\NotificationBundle\Entity\NotificationAlert;
use Oro\Bundle\NotificationBundle\NotificationAlert\NotificationAlertManager;
use Oro\Bundle\OrganizationBundle\Entity\Organization;
use PHPUnit\Framework\TestCase;
use Psr\Log\LoggerInterface;
use Symfony\Contracts\Translation\TranslatorInterface;

/**
 * Whom a refusal is told and when; the alerts lie in memory. RefusalAlertsTest of the storing tests has them in a database.
 */
final class CredentialFailureNotifierTest extends TestCase
{
    private const AUTHENTICATION = 'ExchangeSync\AuthenticationException';
    private const IMPERSONATION = 'ExchangeSync\ImpersonationException';
    private const CONNECTION = 'ExchangeSync\ConnectionException';

    private const JANE = ['id' => 11, 'address' => 'jane@example.com'];
    private const JOE = ['id' => 12, 'address' => 'joe@example.com'];
    private const INFO = ['id' => 13, 'address' => 'info@example.com'];

    /** @var list<array<string, mixed>> */
    private array $alerts = [];

    /** @var list<string> mailbox of each notice */
    private array $told = [];

    /** @var list<string> */
    private array $logged = [];

    /** Mailboxes that the database has as refused. */
    private int $refused = 0;


    public function testARefusedServiceAccountIsToldOnceAnOrganizationAndToNoUser(): void
    {
        $this->finish(self::JANE, self::AUTHENTICATION);
        $this->finish(self::JANE, self::AUTHENTICATION);
        $this->finish(self::JOE, self::AUTHENTICATION);
        $this->finish(self::JOE, self::AUTHENTICATION, organizationId: 4);

        self::assertSame(['jane@example.com', 'joe@example.com'], $this->told);
    }

    public function testAMisScopedRightIsOneMessageHoweverManyMailboxesItKeepsClosed(): void
    {
        foreach ([self::JANE, self::JOE, self::INFO, self::JANE] as $mailbox) {
            $this->refused = 3;
            $this->finish($mailbox, self::IMPERSONATION);
        }
        $this->finish(self::JOE, self::IMPERSONATION, organizationId: 4);

        self::assertSame(['jane@example.com', 'joe@example.com'], $this->told);
    }

    public function testTheMessageComesAgainADayLaterOnlyWhereMoreMailboxesAreRefused(): void
    {
        $this->refused = 1;
        $this->finish(self::JANE, self::IMPERSONATION);
        $this->age('-2 days');
        $this->finish(self::JANE, self::IMPERSONATION);
        self::assertCount(1, $this->told, 'As many as told.');

        $this->refused = 2;
        $this->finish(self::JOE, self::IMPERSONATION);
        $this->refused = 3;
        $this->finish(self::INFO, self::IMPERSONATION);

        self::assertSame(['jane@example.com', 'joe@example.com'], $this->told);
        self::assertSame([RefusalAlert::ALERT_TYPE_MAILBOX], $this->standing());
    }

    public function testTheAlertStandsUntilNoMailboxIsRefusedAnyMore(): void
    {
        $this->refused = 2;
        $this->finish(self::JANE, self::IMPERSONATION);
        $this->refused = 1;
        $this->finish(self::JANE, null);
        self::assertSame([RefusalAlert::ALERT_TYPE_MAILBOX], $this->standing());

        $this->refused = 0;
        $this->finish(self::JOE, null);
        self::assertSame([], $this->standing());
    }

    public function testARefusedSystemMailboxIsToldBesideARefusedAccount(): void
    {
        $this->finish(self::JANE, self::AUTHENTICATION);
        $this->refused = 1;
        $this->finish(self::INFO, self::IMPERSONATION);
        $this->finish(self::JANE, null);
        $this->finish(self::INFO, self::IMPERSONATION);

        self::assertSame(['jane@example.com', 'info@example.com'], $this->told);
    }

    public function testARefusalThatComesAgainAfterASuccessIsToldAgain(): void
    {
        foreach ([self::AUTHENTICATION, self::IMPERSONATION] as $refusal) {
            $this->told = [];
            $this->finish(self::JANE, $refusal);
            $this->finish(self::JANE, null);
            $this->finish(self::JANE, $refusal);
            $this->finish(self::JANE, null);

            self::assertCount(2, $this->told, $refusal);
        }
    }

    public function testAnotherErrorBetweenRefusalAndSuccessDoesNotSilenceTheNextRefusal(): void
    {
        foreach ([self::AUTHENTICATION, self::IMPERSONATION] as $refusal) {
            $this->told = [];
            $this->finish(self::JANE, $refusal);
            $this->finish(self::JANE, self::CONNECTION);
            $this->finish(self::JANE, null);
            $this->finish(self::JANE, $refusal);
            $this->finish(self::JANE, null);

            self::assertCount(2, $this->told, $refusal);
        }
    }

    public function testAnyMailboxThatTheAccountOpensProvesTheAccountButNoOtherMailbox(): void
    {
        $this->refused = 1;
        $this->finish(self::JANE, self::AUTHENTICATION);
        $this->finish(self::JANE, self::IMPERSONATION);
        $this->finish(self::JOE, null);

        self::assertSame([RefusalAlert::ALERT_TYPE_MAILBOX], $this->standing());
    }

    public function testAnAccountIsAcceptedWhereItIsToldThatItMayNotOpenAMailbox(): void
    {
        $this->finish(self::JANE, self::AUTHENTICATION);
        $this->finish(self::JANE, self::IMPERSONATION);

        self::assertSame([RefusalAlert::ALERT_TYPE_MAILBOX], $this->standing());
    }

    public function testAnUnreachableServerIsNoMatterOfCredentialsAndSettlesNothing(): void
    {
        $this->finish(self::JOE, self::CONNECTION);
        self::assertSame([], $this->alerts);

        $this->finish(self::JANE, self::AUTHENTICATION);
        $this->finish(self::JANE, self::CONNECTION);
        self::assertSame([RefusalAlert::ALERT_TYPE_ACCOUNT], $this->standing());
    }

    public function testTheAlertSaysWhichMailboxAndWhatToDoAndIsNoneOfImap(): void
    {
        $this->finish(self::JANE, self::IMPERSONATION);

        self::assertSame('jane@example.com: Refused. Check "password".', $this->alerts[0]['message']);
        self::assertSame('ExchangeMail', $this->alerts[0]['sourceType']);
        self::assertNull($this->alerts[0]['user'], 'A user can not mend it.');
        self::assertSame(3, $this->alerts[0]['organization']);
        self::assertNotEmpty($this->alerts[0]['id']);
    }

    public function testAChannelThatIsOutOfOrderKeepsNeitherTheOtherNorTheRunBack(): void
    {
        $broken = $this->createMock(NotificationSenderInterface::class);
        $broken->method('send')->willThrowException(new \RuntimeException('No mail server.'));

        $this->finish(self::JANE, self::IMPERSONATION, before: [$broken]);

        self::assertSame(['jane@example.com'], $this->told);
        self::assertSame(['Exchange: a refused mailbox could not be told of.'], $this->logged);
    }

    /**
     * @param array{id: int, address: string}   $mailbox
     * @param list<NotificationSenderInterface> $before  channels that come first
     */
    private function finish(array $mailbox, ?string $exception, int $organizationId = 3, array $before = []): void
    {
        $values = ['id' => $mailbox['id'], 'organization' => $this->entity(Organization::class, $organizationId)];
        $origin = new ExchangeEmailOrigin();
        $origin->setMailboxAddress($mailbox['address']);
        foreach ($values as $property => $value) {
            (new \ReflectionProperty(EmailOrigin::class, $property))->setValue($origin, $value);
        }
        if (null !== $exception) {
            $origin->recordFailure($exception, null, 'Refused.', "Check 'password'.");
        }
        $sender = $this->createMock(NotificationSenderInterface::class);
        $sender->method('send')->willReturnCallback(function (MailboxFinished $mailbox): void {
            $this->told[] = $mailbox->mailbox;
        });
        $logger = $this->createMock(LoggerInterface::class);
        $logger->method('error')->willReturnCallback(function (string $message): void {
            $this->logged[] = $message;
        });

        (new CredentialFailureNotifier($this->alertsInMemory(), [...$before, $sender], $logger))
            ->onFinished(MailboxFinished::of($origin));
    }

    private function alertsInMemory(): RefusalAlerts
    {
        $manager = $this->createMock(NotificationAlertManager::class);
        $manager->method('addNotificationAlert')->willReturnCallback(function (RefusalAlert $alert): string {
            $state = ['createdAt' => new \DateTime(), 'sourceType' => $alert->getSourceType(), 'resolved' => false];
            $this->alerts[] = $state + $alert->toArray();

            return $alert->getId();
        });
        $repository = $this->createMock(EntityRepository::class);
        $repository->method('findBy')->willReturnCallback(fn (array $criteria): array => array_map(
            $this->stored(...),
            array_keys(array_filter(
                $this->alerts,
                static fn (array $alert): bool => $criteria == array_intersect_key($alert, $criteria)
            ))
        ));
        $em = $this->createMock(EntityManagerInterface::class);
        $em->method('getRepository')->with(NotificationAlert::class)->willReturn($repository);
        $em->method('createQueryBuilder')->willReturnCallback($this->countRefused(...));
        $doctrine = $this->createMock(ManagerRegistry::class);
        $doctrine->method('getManagerForClass')->willReturn($em);

        $translator = $this->createMock(TranslatorInterface::class);
        $translator->method('trans')->willReturnCallback(static fn (string $key): string => explode('.', $key)[3]);

        return new RefusalAlerts($manager, $doctrine, new SettingLabels($translator));
    }

    private function stored(int $index): NotificationAlert
    {
        $alert = $this->createMock(NotificationAlert::class);
        $alert->method('getAdditionalInfo')->willReturn($this->alerts[$index]['additionalInfo']);
        $alert->method('getCreatedAt')->willReturn($this->alerts[$index]['createdAt']);
        $alert->method('setResolved')->willReturnCallback(function (bool $resolved) use ($index): void {
            $this->alerts[$index]['resolved'] = $resolved;
        });

        return $alert;
    }

    private function countRefused(): QueryBuilder
    {
        // final in ORM 2, and what QueryBuilder promises in ORM 3
        $isFinal = (new \ReflectionClass(Query::class))->isFinal();
        $query = $this->createMock($isFinal ? AbstractQuery::class : Query::class);
        $query->method('getSingleScalarResult')->willReturn($this->refused);
        $builder = $this->createMock(QueryBuilder::class);
        foreach (['select', 'from', 'where', 'andWhere', 'setParameter'] as $method) {
            $builder->method($method)->willReturnSelf();
        }
        $builder->method('getQuery')->willReturn($query);

        return $builder;
    }

    private function age(string $since): void
    {
        foreach (array_keys($this->alerts) as $index) {
            $this->alerts[$index]['createdAt'] = new \DateTime($since);
        }
    }

    /**
     * @return list<string> type of each alert that is not settled
     */
    private function standing(): array
    {
        return array_values(array_map(
            static fn (array $alert): string => $alert['alertType'],
            array_filter($this->alerts, static fn (array $alert): bool => !$alert['resolved'])
        ));
    }

    /**
     * @param class-string $class
     */
    private function entity(string $class, int $id): object
    {
        $entity = $this->createMock($class);
        $entity->method('getId')->willReturn($id);

        return $entity;
    }
}
