<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Unit;

use Doctrine\ORM\EntityManagerInterface;
use Doctrine\ORM\EntityRepository;
use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Notification\CredentialFailureNotifier;
use ExchangeMail\Bundle\Notification\NotificationSenderInterface;
use ExchangeMail\Bundle\Notification\RefusalAlert;
use ExchangeMail\Bundle\Notification\RefusalAlerts;
use ExchangeMail\Bundle\Sync\MailboxFinished;
use Oro\Bundle\EmailBundle\Entity\EmailOrigin;
use Oro\Bundle\NotificationBundle\Entity\NotificationAlert;
use Oro\Bundle\NotificationBundle\NotificationAlert\NotificationAlertManager;
use Oro\Bundle\OrganizationBundle\Entity\Organization;
use Oro\Bundle\UserBundle\Entity\User;
use PHPUnit\Framework\TestCase;
use Psr\Log\LoggerInterface;

/**
 * Whom a refusal is told and when; the alerts lie in memory. RefusalAlertsTest of the storing tests has them in a database.
 */
final class CredentialFailureNotifierTest extends TestCase
{
    private const AUTHENTICATION = 'ExchangeSync\AuthenticationException';
    private const IMPERSONATION = 'ExchangeSync\ImpersonationException';
    private const CONNECTION = 'ExchangeSync\ConnectionException';

    private const JANE = ['id' => 11, 'address' => 'jane@example.com', 'user' => 5];
    private const JOE = ['id' => 12, 'address' => 'joe@example.com', 'user' => 6];
    private const INFO = ['id' => 13, 'address' => 'info@example.com', 'user' => null];

    /** @var list<array<string, mixed>> */
    private array $alerts = [];

    /** @var list<array{0: string, 1: int|null}> mailbox and user id of each notice */
    private array $told = [];

    /** @var list<string> */
    private array $logged = [];

    public function testARefusedServiceAccountIsToldOnceAnOrganizationAndToNoUser(): void
    {
        $this->finish(self::JANE, self::AUTHENTICATION);
        $this->finish(self::JANE, self::AUTHENTICATION);
        $this->finish(self::JOE, self::AUTHENTICATION);
        $this->finish(self::JOE, self::AUTHENTICATION, organizationId: 4);

        self::assertSame([['jane@example.com', null], ['joe@example.com', null]], $this->told);
    }

    public function testAMailboxThatTheAccountMayNotOpenIsToldToItsUser(): void
    {
        $this->finish(self::JANE, self::IMPERSONATION);
        $this->finish(self::JANE, self::IMPERSONATION);
        $this->finish(self::JOE, self::IMPERSONATION);

        self::assertSame([['jane@example.com', 5], ['joe@example.com', 6]], $this->told);
    }

    public function testARefusedSystemMailboxIsToldBesideARefusedAccount(): void
    {
        $this->finish(self::JANE, self::AUTHENTICATION);
        $this->finish(self::INFO, self::IMPERSONATION);
        $this->finish(self::JANE, null);
        $this->finish(self::INFO, self::IMPERSONATION);

        self::assertSame([['jane@example.com', null], ['info@example.com', null]], $this->told);
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
        $this->finish(self::JANE, self::AUTHENTICATION);
        $this->finish(self::JANE, self::IMPERSONATION);
        $this->finish(self::JOE, null);

        self::assertSame([[RefusalAlert::ALERT_TYPE_MAILBOX, 11]], $this->standing());
    }

    public function testAnAccountIsAcceptedWhereItIsToldThatItMayNotOpenAMailbox(): void
    {
        $this->finish(self::JANE, self::AUTHENTICATION);
        $this->finish(self::JANE, self::IMPERSONATION);

        self::assertSame([[RefusalAlert::ALERT_TYPE_MAILBOX, 11]], $this->standing());
    }

    public function testAnUnreachableServerIsNoMatterOfCredentialsAndSettlesNothing(): void
    {
        $this->finish(self::JOE, self::CONNECTION);
        self::assertSame([], $this->alerts);

        $this->finish(self::JANE, self::AUTHENTICATION);
        $this->finish(self::JANE, self::CONNECTION);
        self::assertSame([[RefusalAlert::ALERT_TYPE_ACCOUNT, null]], $this->standing());
    }

    public function testTheAlertSaysWhichMailboxAndWhatToDoAndIsNoneOfImap(): void
    {
        $this->finish(self::JANE, self::IMPERSONATION);

        self::assertSame('jane@example.com: Refused. Check the password.', $this->alerts[0]['message']);
        self::assertSame('ExchangeMail', $this->alerts[0]['sourceType']);
        self::assertSame(5, $this->alerts[0]['user']);
        self::assertSame(3, $this->alerts[0]['organization']);
        self::assertNotEmpty($this->alerts[0]['id']);
    }

    public function testAChannelThatIsOutOfOrderKeepsNeitherTheOtherNorTheRunBack(): void
    {
        $broken = $this->createMock(NotificationSenderInterface::class);
        $broken->method('send')->willThrowException(new \RuntimeException('No mail server.'));

        $this->finish(self::JANE, self::IMPERSONATION, before: [$broken]);

        self::assertSame([['jane@example.com', 5]], $this->told);
        self::assertSame(['Exchange: a refused mailbox could not be told of.'], $this->logged);
    }

    /**
     * @param array{id: int, address: string, user: int|null} $mailbox
     * @param list<NotificationSenderInterface>               $before  channels that come first
     */
    private function finish(array $mailbox, ?string $exception, int $organizationId = 3, array $before = []): void
    {
        $values = ['id' => $mailbox['id'], 'organization' => $this->entity(Organization::class, $organizationId)];
        if (null !== $mailbox['user']) {
            $values['owner'] = $this->entity(User::class, $mailbox['user']);
        }
        $origin = new ExchangeEmailOrigin();
        $origin->setMailboxAddress($mailbox['address']);
        foreach ($values as $property => $value) {
            (new \ReflectionProperty(EmailOrigin::class, $property))->setValue($origin, $value);
        }
        if (null !== $exception) {
            $origin->recordFailure($exception, null, 'Refused.', 'Check the password.');
        }
        $sender = $this->createMock(NotificationSenderInterface::class);
        $sender->method('send')->willReturnCallback(function (MailboxFinished $mailbox, ?int $userId): void {
            $this->told[] = [$mailbox->mailbox, $userId];
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
            $this->alerts[] = ['sourceType' => $alert->getSourceType(), 'resolved' => false] + $alert->toArray();

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
        $doctrine = $this->createMock(ManagerRegistry::class);
        $doctrine->method('getManagerForClass')->willReturn($em);

        return new RefusalAlerts($manager, $doctrine);
    }

    private function stored(int $index): NotificationAlert
    {
        $alert = $this->createMock(NotificationAlert::class);
        $alert->method('setResolved')->willReturnCallback(function (bool $resolved) use ($index): void {
            $this->alerts[$index]['resolved'] = $resolved;
        });

        return $alert;
    }

    /**
     * @return list<array{0: string, 1: int|null}> type and item of each alert that is not settled
     */
    private function standing(): array
    {
        return array_values(array_map(
            static fn (array $alert): array => [$alert['alertType'], $alert['itemId']],
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
