<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing;

use ExchangeMail\Bundle\Notification\CredentialFailureNotifier;
use ExchangeMail\Bundle\Notification\EmailNotificationSender;
use ExchangeMail\Bundle\Notification\RefusalAlert;
use ExchangeMail\Bundle\Notification\RefusalAlerts;
use ExchangeMail\Bundle\Settings\SettingLabels;
use ExchangeMail\Bundle\Settings\SettingsProvider;
use ExchangeMail\Bundle\Sync\MailboxFinished;
use ExchangeMail\Bundle\Sync\RunLimits;
use ExchangeMail\Tests\Bundle\Storing\Host\Blank;
use ExchangeSync\AuthenticationException;
use ExchangeSync\Batch;
use ExchangeSync\ConnectionException;
use ExchangeSync\Failure;
use ExchangeSync\ImpersonationException;
use Oro\Bundle\EmailBundle\Sync\EmailSyncNotificationAlert;
use Oro\Bundle\EmailBundle\Sync\NotificationAlertManager as EmailNotificationAlertManager;
use Oro\Bundle\NotificationBundle\Manager\EmailNotificationManager;
use Oro\Bundle\NotificationBundle\NotificationAlert\NotificationAlertManager;
use Oro\Bundle\OrganizationBundle\Entity\Organization;
use Oro\Bundle\SecurityBundle\Authentication\TokenAccessor;
use Oro\Bundle\SecurityBundle\Encoder\SymmetricCrypterInterface;
use Oro\Bundle\UserBundle\Entity\Role;
use Oro\Bundle\UserBundle\Entity\User;
use Symfony\Contracts\Translation\TranslatorInterface;

/**
 * Refusals from the run to Oro's alerts and to the recipients of the e-mail; only the mail itself is not sent.
 */
final class RefusalNoticeTest extends OroTestCase
{
    /** @var list<list<string>> user names of the recipients of each e-mail */
    private array $mailed = [];

    protected function setUp(): void
    {
        parent::setUp();
        $manager = Blank::of(EmailNotificationManager::class, [
            'process' => function (array $notifications): void {
                foreach ($notifications as $notification) {
                    $this->mailed[] = array_map(
                        static fn (User $user): string => $user->getUsername(),
                        [...$notification->getRecipients()]
                    );
                }
            },
        ]);
        $settings = new SettingsProvider($this->oro->config, Blank::of(SymmetricCrypterInterface::class));
        $labels = new SettingLabels(Blank::of(TranslatorInterface::class));
        $this->oro->dispatcher->addListener(MailboxFinished::class, (new CredentialFailureNotifier(
            new RefusalAlerts(
                new NotificationAlertManager(RefusalAlert::SOURCE_TYPE, 'email', ...$this->host()),
                $this->oro->doctrine,
                $labels
            ),
            [new EmailNotificationSender($manager, $this->oro->doctrine, $settings, $labels)],
            $this->services->logger
        ))->onFinished(...));
        foreach (['alice', 'bob', 'carl'] as $name) {
            $this->administrator($name, 'bob' !== $name, 'carl' !== $name);
        }
        $this->oro->em->flush();
        $this->oro->em->clear();
    }

    public function testARefusedAccountIsMailedToTheEnabledAdministratorsOfTheOrganizationAlone(): void
    {
        $this->read($this->mailbox($this->janeId, false), AuthenticationException::class);

        self::assertSame([['alice']], $this->mailed);
        self::assertSame([['account', null, null, false]], $this->alerts());
    }

    public function testMailboxesThatTheAccountMayNotOpenAreOneMailToTheAdministrators(): void
    {
        $jane = $this->mailbox($this->janeId, false);
        $john = $this->mailbox($this->johnId, false);
        $this->read($jane, ImpersonationException::class);
        $this->read($john, ImpersonationException::class, 'john@example.com');

        self::assertSame([['alice']], $this->mailed);
        self::assertSame([['mailbox', null, null, false]], $this->alerts());

        $this->read($jane, null);
        self::assertSame([false], array_column($this->alerts(), 3), 'The other is refused still.');
        $this->read($john, null, 'john@example.com');
        self::assertSame([true], array_column($this->alerts(), 3));
    }

    /**
     * @testWith ["ExchangeSync\\AuthenticationException"]
     *           ["ExchangeSync\\ImpersonationException"]
     */
    public function testARefusalIsToldOnceUntilASuccessWhateverErrorComesBetween(string $refusal): void
    {
        $jane = $this->mailbox($this->janeId, false);
        foreach ([$refusal, $refusal, ConnectionException::class, $refusal, ConnectionException::class] as $exception) {
            $this->read($jane, $exception);
        }
        self::assertCount(1, $this->mailed);
        $this->read($jane, null);
        self::assertSame([true], array_column($this->alerts(), 3), 'settled');

        $this->read($jane, $refusal);
        self::assertCount(2, $this->mailed);
        self::assertSame([true, false], array_column($this->alerts(), 3));
    }

    public function testAnAlertOfImapNeitherSilencesOursNorIsSettledByUs(): void
    {
        $jane = $this->mailbox($this->janeId, false);
        $imap = $this->imap();
        foreach ([$this->janeId, null] as $userId) {
            $alert = EmailSyncNotificationAlert::createForAuthFail('IMAP refuses it.');
            $alert->setUserId($userId);
            $alert->setOrganizationId($this->organizationId);
            $imap->addNotificationAlert($alert);
        }

        $this->read($jane, AuthenticationException::class);
        $this->read($jane, ImpersonationException::class);
        $this->read($jane, null);

        self::assertSame([['alice'], ['alice']], $this->mailed);
        self::assertSame([true, true], array_column($this->alerts(), 3));
        foreach ([$this->janeId, null] as $userId) {
            self::assertSame(['auth' => 1], $this->imapAlerts($userId));
        }
    }

    public function testASuccessOfImapDoesNotSettleOurAlertAndItsPagesDoNotShowIt(): void
    {
        $jane = $this->mailbox($this->janeId, false);
        $this->read($jane, ImpersonationException::class);

        self::assertSame([], $this->imapAlerts($this->janeId));
        $this->imap()->resolveNotificationAlertsByAlertTypeForUserAndOrganization(
            EmailSyncNotificationAlert::ALERT_TYPE_AUTH,
            $this->janeId,
            $this->organizationId
        );
        $this->read($jane, ImpersonationException::class);

        self::assertSame([['mailbox', null, null, false]], $this->alerts());
        self::assertCount(1, $this->mailed);
    }

    public function testAnAlertIsSettledAlthoughTheMailboxBelongsToSomebodyElseNow(): void
    {
        $jane = $this->mailbox($this->janeId, false);
        $this->read($jane, ImpersonationException::class);
        $this->oro->em->getConnection()->update('oro_email_origin', ['owner_id' => $this->johnId], ['id' => $jane]);

        $this->read($jane, null);

        self::assertSame([['mailbox', null, null, true]], $this->alerts());
    }

    /** A run of the mailbox that ends so. */
    private function read(int $originId, ?string $exception, string $mailbox = 'jane@example.com'): void
    {
        $this->engine->batches[$mailbox] = [new Batch(
            $mailbox,
            failure: null === $exception ? null : new Failure($exception, null, 'Refused.', 'Ask.'),
            done: true
        )];
        $this->services->synchronizer->read([$originId], new RunLimits());
    }

    private function administrator(string $name, bool $isEnabled, bool $isOfAcme): void
    {
        $em = $this->oro->em;
        $role = $em->getRepository(Role::class)->findOneBy(['role' => User::ROLE_ADMINISTRATOR]);
        if (null === $role) {
            $role = (new Role(User::ROLE_ADMINISTRATOR))->setLabel('Administrator');
            $em->persist($role);
        }
        $organization = $isOfAcme
            ? $em->find(Organization::class, $this->organizationId)
            : (new Organization())->setName('Other')->setEnabled(true);
        $em->persist($organization);
        $user = $this->newUser($name, $organization)->setEnabled($isEnabled);
        $user->addUserRole($role);
        $em->flush();
    }

    /**
     * @return list<mixed> what each of Oro's alert managers asks for
     */
    private function host(): array
    {
        return [$this->oro->doctrine, new TokenAccessor($this->oro->tokenStorage), $this->services->logger];
    }

    private function imap(): EmailNotificationAlertManager
    {
        return new EmailNotificationAlertManager(
            EmailSyncNotificationAlert::SOURCE_TYPE,
            EmailSyncNotificationAlert::RESOURCE_TYPE,
            ...$this->host()
        );
    }

    /**
     * @return array<string, int>
     */
    private function imapAlerts(?int $userId): array
    {
        return $this->imap()->getNotificationAlertsCountGroupedByTypeForUserAndOrganization($userId, $this->organizationId);
    }

    /**
     * @return list<array{0: string, 1: int|null, 2: int|null, 3: bool}> type, item, user and whether it is settled
     */
    private function alerts(): array
    {
        return $this->oro->em->getConnection()->fetchAllNumeric(
            'SELECT alert_type, item_id, user_id, is_resolved FROM oro_notification_alert WHERE source_type = :source'
            . ' ORDER BY created_at, alert_type',
            ['source' => RefusalAlert::SOURCE_TYPE]
        );
    }
}
