<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Origins;

use ExchangeMail\Bundle\Entity\ExchangeEmailFolder;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\EventListener\ConfigurationListener;
use ExchangeMail\Bundle\Exception\LeaseLostException;
use ExchangeMail\Bundle\Lease\OriginLeases;
use ExchangeMail\Bundle\Manager\MailboxDirectory;
use ExchangeMail\Bundle\Manager\OriginPlan;
use ExchangeMail\Bundle\Manager\OriginRetry;
use ExchangeMail\Bundle\Manager\OriginSynchronizer;
use ExchangeMail\Bundle\Manager\ServerChange;
use ExchangeMail\Bundle\Manager\SystemMailboxOrigins;
use ExchangeMail\Bundle\Settings\SettingsProvider;
use ExchangeMail\Bundle\Sync\MailboxFinished;
use ExchangeMail\Bundle\Sync\MailboxSource;
use ExchangeMail\Tests\Bundle\Storing\Host\Blank;
use ExchangeMail\Tests\Bundle\Storing\Host\Mail;
use ExchangeMail\Tests\Bundle\Storing\OroTestCase;
use ExchangeSync\Batch;
use Oro\Bundle\ConfigBundle\Entity\Config;
use Oro\Bundle\ConfigBundle\Entity\ConfigValue;
use Oro\Bundle\ConfigBundle\Event\ConfigUpdateEvent;
use Oro\Bundle\EmailBundle\Entity\EmailFolder;
use Oro\Bundle\EmailBundle\Entity\Mailbox;
use Oro\Bundle\ImapBundle\Entity\UserEmailOrigin;
use Oro\Bundle\OrganizationBundle\Entity\Organization;
use Oro\Bundle\SecurityBundle\Encoder\SymmetricCrypterInterface;
use Oro\Bundle\UserBundle\Entity\User;
use Psr\Log\NullLogger;

/**
 * How origins follow Oro's users and system mailboxes, in a real database.
 */
final class OriginSynchronizerTest extends OroTestCase
{
    private OriginSynchronizer $synchronizer;
    private SystemMailboxOrigins $systemMailboxes;
    private SettingsProvider $settings;

    protected function setUp(): void
    {
        parent::setUp();
        $this->oro->settings += [
            'exchange_mail.enabled' => true,
            'exchange_mail.server' => 'mail.example.com',
            'exchange_mail.domains' => 'example.com',
        ];
        $this->settings = new SettingsProvider($this->oro->config, Blank::of(SymmetricCrypterInterface::class));
        $this->systemMailboxes = new SystemMailboxOrigins($this->oro->doctrine, new OriginLeases($this->oro->doctrine));
        $this->synchronizer = new OriginSynchronizer(
            $this->oro->doctrine,
            new MailboxDirectory($this->oro->doctrine),
            $this->systemMailboxes,
            new ServerChange($this->oro->doctrine, $this->services->leases, new NullLogger()),
            $this->services->leases,
            $this->settings,
            new NullLogger()
        );
    }

    public function testEveryEnabledUserWithAnAddressInTheDomainListGetsAnOrigin(): void
    {
        $this->user('disabled', fn (User $user) => $user->setEnabled(false));
        $this->user('elsewhere', fn (User $user) => $user->setEmail('elsewhere@example.com.test'));

        $this->synchronizer->synchronize();

        self::assertSame(['jane@example.com' => true, 'john@example.com' => true], $this->states());
        $jane = $this->origin('jane@example.com');
        self::assertSame($this->janeId, $jane->getOwner()->getId());
        self::assertSame($this->organizationId, $jane->getOrganization()->getId());
        self::assertSame('jane@example.com', $jane->getMailboxName());
        self::assertTrue($jane->isSyncEnabled());
        self::assertSame(0, $jane->getCollected());
    }

    public function testASecondSynchronizationChangesNothing(): void
    {
        $this->synchronizer->synchronize();
        $before = $this->rows('SELECT * FROM oro_email_origin ORDER BY id');

        self::assertTrue($this->synchronizer->synchronize()->isEmpty());
        self::assertSame($before, $this->rows('SELECT * FROM oro_email_origin ORDER BY id'));
    }

    public function testAnAddressInCapitalLettersIsFoundAgain(): void
    {
        $this->addAddress($this->janeId, 'ÜNAL@Example.com');
        $this->synchronizer->synchronize();

        self::assertTrue($this->synchronizer->synchronize()->isEmpty());
        self::assertArrayHasKey('ünal@example.com', $this->states());
    }

    public function testAnAdditionalAddressHasAnOriginAndBelongsToTheUserWhoSignsInWithIt(): void
    {
        $this->addAddress($this->janeId, 'Sales@Example.com');
        $this->addAddress($this->janeId, 'john@example.com');

        $this->synchronizer->synchronize();

        self::assertSame(
            ['jane@example.com' => true, 'john@example.com' => true, 'sales@example.com' => true],
            $this->states()
        );
        self::assertSame($this->johnId, $this->origin('john@example.com')->getOwner()->getId());
        self::assertSame($this->janeId, $this->origin('sales@example.com')->getOwner()->getId());
    }

    public function testADisabledUsersOriginIsSwitchedOffAndTakenUpAgain(): void
    {
        $this->synchronizer->synchronize();
        $id = $this->origin('jane@example.com')->getId();

        $this->change($this->janeId, fn (User $user) => $user->setEnabled(false));
        self::assertSame([$id], $this->synchronizer->synchronize()->switchOff);
        self::assertSame(['jane@example.com' => false, 'john@example.com' => true], $this->states());

        $this->change($this->janeId, fn (User $user) => $user->setEnabled(true));
        self::assertSame([$id], $this->synchronizer->synchronize()->switchOn);
        self::assertSame(['jane@example.com' => true, 'john@example.com' => true], $this->states());
    }

    public function testARenamedMailboxKeepsItsOriginAndLooksAtItsFoldersAnew(): void
    {
        $this->synchronizer->synchronize();
        $origin = $this->origin('jane@example.com');
        $origin->setRootCheckpoint('root', 'checkpoint');
        $this->oro->em->flush();
        $long = str_repeat('j', 60) . '@example.com';
        $this->change($this->janeId, fn (User $user) => $user->setEmail($long));

        $this->synchronizer->synchronize();

        $renamed = $this->origin($long);
        self::assertSame($origin->getId(), $renamed->getId());
        self::assertSame(64, mb_strlen($renamed->getMailboxName()));
        self::assertNull($renamed->getRootCheckpoint());
        self::assertCount(2, $this->states());
    }

    public function testADomainThatLeavesTheListSwitchesItsOriginsOff(): void
    {
        $this->synchronizer->synchronize();
        $this->oro->settings['exchange_mail.domains'] = 'example.org';
        $this->synchronizer->synchronize();

        self::assertSame(['jane@example.com' => false, 'john@example.com' => false], $this->states());
    }

    public function testAUsersSecondOrganizationGetsAnOriginOfItsOwn(): void
    {
        $this->synchronizer->synchronize();
        $this->join($this->janeId, 'Second');

        self::assertCount(1, $this->synchronizer->synchronize()->create);

        self::assertSame(
            [['name' => 'Acme'], ['name' => 'Second']],
            $this->rows(
                'SELECT g.name FROM oro_email_origin o INNER JOIN oro_organization g ON g.id = o.organization_id'
                . " WHERE o.exchange_mailbox = 'jane@example.com' AND o.is_sync_enabled ORDER BY g.name"
            )
        );
    }

    public function testTheSecondOrganizationGetsTheMailToo(): void
    {
        $this->join($this->janeId, 'Second');
        $this->synchronizer->synchronize();
        $originIds = array_column($this->rows("SELECT id FROM oro_email_origin WHERE exchange_mailbox = 'jane@example.com'"), 'id');
        $message = Mail::message();
        foreach ($originIds as $originId) {
            $this->services->leases->take([$originId], $token = OriginLeases::newToken());
            $this->services->store->store($originId, $token, new Batch('jane@example.com', Mail::inbox(), [$message]));
            $this->services->organization->leave();
        }

        self::assertSame(1, $this->rowCount('oro_email'));
        self::assertSame(
            [['name' => 'Acme', 'user_owner_id' => $this->janeId], ['name' => 'Second', 'user_owner_id' => $this->janeId]],
            $this->rows(
                'SELECT g.name, eu.user_owner_id FROM oro_email_user eu INNER JOIN oro_organization g ON g.id = eu.organization_id'
                . ' ORDER BY g.name'
            )
        );
    }

    public function testAnOrganizationThatAUserLeftIsReadNoMoreAndKeepsItsMail(): void
    {
        $this->join($this->janeId, 'Second');
        $this->synchronizer->synchronize();
        $this->change($this->janeId, function (User $user): void {
            $user->removeOrganization($this->oro->em->getRepository(Organization::class)->findOneBy(['name' => 'Second']));
        });

        self::assertCount(1, $this->synchronizer->synchronize()->switchOff);
        self::assertSame(0, $this->hidden());
    }

    public function testADisabledOrganizationIsNotRead(): void
    {
        $this->synchronizer->synchronize();
        $this->oro->em->find(Organization::class, $this->organizationId)->setEnabled(false);
        $this->oro->em->flush();

        $this->synchronizer->synchronize();

        self::assertSame(['jane@example.com' => false, 'john@example.com' => false], $this->states());
    }

    public function testWhatAnEarlierVersionHidIsSeenAgain(): void
    {
        $this->synchronizer->synchronize();
        $this->change($this->johnId, fn (User $user) => $user->setEnabled(false));
        $this->oro->em->getConnection()->executeStatement('UPDATE oro_email_origin SET isactive = false');

        $this->synchronizer->synchronize();

        self::assertSame(['jane@example.com' => true, 'john@example.com' => false], $this->states());
    }

    public function testSwitchedOnAgainOlderMailIsNoReasonToAct(): void
    {
        $this->synchronizer->synchronize();
        $this->change($this->janeId, fn (User $user) => $user->setEnabled(false));
        $this->synchronizer->synchronize();
        $this->oro->em->getConnection()->executeStatement("UPDATE oro_email_origin SET exchange_switched_on_at = '2026-01-01'");
        self::assertFalse($this->isTooOld('2026-05-01'));

        $this->change($this->janeId, fn (User $user) => $user->setEnabled(true));
        $this->synchronizer->synchronize();

        self::assertTrue($this->isTooOld('2026-05-01'));
        self::assertFalse($this->isTooOld('+1 minute'));
    }

    public function testWhatCameWhileTheIntegrationWasOffIsNoReasonToAct(): void
    {
        $this->synchronizer->synchronize();
        $this->oro->em->getConnection()->executeStatement("UPDATE oro_email_origin SET exchange_switched_on_at = '2026-01-01'");

        $this->synchronizer->restart();

        self::assertTrue($this->isTooOld('2026-05-01'));
    }

    public function testAChangeOfServerReadsEveryMailboxAnewIntoItsFolders(): void
    {
        $this->synchronizer->synchronize();
        $origin = $this->origin('jane@example.com');
        self::assertSame('mail.example.com', $origin->getServer());
        $folder = (new EmailFolder())->setType('inbox')->setName('Inbox')->setFullName('Inbox');
        $origin->addFolder($folder)->setRootCheckpoint('root', 'checkpoint')->setNextRunAt(new \DateTime('+1 hour'));
        $origin->addToCounters(3, 2);
        $this->oro->em->persist(new ExchangeEmailFolder($folder, 'id of the old server'));
        $this->oro->em->flush();

        $this->oro->settings['exchange_mail.server'] = 'https://MAIL.example.com/EWS/Exchange.asmx';
        $this->synchronizer->synchronize();
        self::assertSame(1, $this->rowCount('exchange_mail_folder'), 'It is the same server.');

        $this->oro->settings['exchange_mail.server'] = 'new.example.com';
        $this->synchronizer->synchronize();

        $origin = $this->origin('jane@example.com');
        self::assertSame('new.example.com', $origin->getServer());
        self::assertNull($origin->getRootCheckpoint());
        self::assertNull($origin->getNextRunAt());
        self::assertSame([3, 0], [$origin->getCollected(), $origin->getSkipped()], 'Failed items go with their folders.');
        self::assertSame([0, 1], [$this->rowCount('exchange_mail_folder'), $this->rowCount('oro_email_folder')]);
    }

    public function testARunOfTheServerBeforeStoresNothingMore(): void
    {
        $this->synchronizer->synchronize();
        $id = (int)$this->origin('jane@example.com')->getId();
        self::assertSame([$id], $this->services->leases->take([$id], $token = OriginLeases::newToken()));

        $this->oro->settings['exchange_mail.server'] = 'new.example.com';
        $this->synchronizer->synchronize();

        $this->expectException(LeaseLostException::class);
        $this->services->leases->lock($id, $token);
    }

    public function testWhoOptsOutIsNotReadWhereTheAdministratorAllowsIt(): void
    {
        $this->synchronizer->synchronize();
        $this->optOut($this->janeId);

        $this->synchronizer->synchronize();
        self::assertSame(['jane@example.com' => true, 'john@example.com' => true], $this->states());

        $this->oro->settings['exchange_mail.allow_opt_out'] = true;
        $this->synchronizer->synchronize();
        self::assertSame(['jane@example.com' => false, 'john@example.com' => true], $this->states());

        $this->oro->em->getConnection()->executeStatement("UPDATE oro_config_value SET text_value = '0'");
        $this->synchronizer->synchronize();
        self::assertSame(['jane@example.com' => true, 'john@example.com' => true], $this->states());
    }

    public function testAnAdditionalAddressThatIsNoMailboxIsLeftAloneWithoutAnError(): void
    {
        $this->addAddress($this->janeId, 'j.doe@example.com');
        $this->synchronizer->synchronize();
        $codes = ['j.doe@example.com' => 'ErrorNonPrimarySmtpAddress', 'john@example.com' => 'ErrorNonExistentMailbox'];
        foreach ($codes as $address => $code) {
            $origin = $this->origin($address);
            $origin->recordFailure(\ExchangeSync\ImpersonationException::class, $code, 'No mailbox.', 'Correct the address.');
            $this->oro->em->flush();
        }

        $alias = $this->origin('j.doe@example.com');
        self::assertTrue($alias->hasNoMailbox());
        self::assertTrue(MailboxFinished::of($alias)->isSuccess(), 'Nobody is alarmed.');
        self::assertGreaterThan(new \DateTime('+29 days'), $alias->getNextRunAt());

        $main = $this->origin('john@example.com');
        self::assertFalse($main->hasNoMailbox());
        self::assertSame('No mailbox.', $main->getLastError(), 'A main address without a mailbox is an error.');
    }

    public function testAChangedAdditionalAddressIsTriedAtOnce(): void
    {
        $this->addAddress($this->janeId, 'j.doe@example.com');
        $this->synchronizer->synchronize();
        $this->origin('j.doe@example.com')->recordFailure('', 'ErrorNonPrimarySmtpAddress', '', '');
        $this->oro->em->flush();

        $this->oro->em->getConnection()->executeStatement("UPDATE oro_user_email SET email = 'sales@example.com'");
        $this->synchronizer->synchronize();

        $renamed = $this->origin('sales@example.com');
        self::assertNull($renamed->getNextRunAt());
        self::assertFalse($renamed->hasNoMailbox());
    }

    public function testTheEngineIsAskedForAllMailOfASystemMailboxSinceItsDate(): void
    {
        $mailbox = $this->systemMailbox('info@example.com');
        $this->systemMailboxes->assign($mailbox, null, new \DateTimeImmutable('2026-03-01 00:00:00 UTC'));
        $this->oro->em->flush();
        $this->synchronizer->synchronize();

        $expected = [
            'info@example.com' => ['addressed', '2026-03-01T00:00:00+00:00'],
            'jane@example.com' => ['matched', null],
        ];
        self::assertSame($expected, $this->asked());

        $this->oro->settings['exchange_mail.system_mailboxes_collect'] = 'matched';
        self::assertSame('matched', $this->asked()['info@example.com'][0]);
    }

    public function testAnEarlierDateReadsASystemMailboxFromItsBeginning(): void
    {
        $mailbox = $this->systemMailbox('info@example.com');
        $this->systemMailboxes->assign($mailbox, null, new \DateTimeImmutable('2026-03-01'));
        $this->oro->em->flush();
        $leases = new OriginLeases($this->oro->doctrine);
        $originId = (int)$mailbox->getOrigin()->getId();
        self::assertSame([$originId], $leases->take([$originId], 'a run'));
        $state = fn (): array => $this->oro->em->getConnection()->fetchAssociative(
            'SELECT lease, start_over FROM exchange_mail_mailbox_state WHERE origin_id = ?',
            [$originId]
        );

        $this->systemMailboxes->assign($mailbox, null, new \DateTimeImmutable('2026-04-01'));
        self::assertSame(['a run', false], [$state()['lease'], (bool)$state()['start_over']]);

        $this->systemMailboxes->assign($mailbox, null, new \DateTimeImmutable('2026-01-01'));
        self::assertSame([null, true], [$state()['lease'], (bool)$state()['start_over']]);
    }

    public function testTwoHostsThatFindTheSameUserMakeOneOrigin(): void
    {
        $directory = new MailboxDirectory($this->oro->doctrine);
        $plan = OriginPlan::make(
            $directory->getWanted($this->settings->getSettings()->domains),
            $directory->getKnown()
        );
        $apply = new \ReflectionMethod($this->synchronizer, 'apply');
        $apply->invoke($this->synchronizer, $plan);
        $apply->invoke($this->synchronizer, $plan);

        self::assertSame(2, $this->rowCount('oro_email_origin'));
        self::assertTrue($this->oro->em->isOpen());
    }

    public function testNothingHappensWhileTheIntegrationIsSwitchedOff(): void
    {
        $this->oro->settings['exchange_mail.enabled'] = false;
        $this->synchronizer->synchronize();

        self::assertSame([], $this->states());
    }

    public function testASystemMailboxOfExchangeFollowsItsAddressAndTheDomainList(): void
    {
        $mailbox = $this->systemMailbox('info@example.com');
        $this->systemMailboxes->assign($mailbox, null, null);
        $this->oro->em->flush();
        $id = $mailbox->getOrigin()->getId();

        $mailbox->setEmail('sales@example.com');
        $this->oro->em->flush();
        $this->synchronizer->synchronize();
        $origin = $this->oro->em->find(ExchangeEmailOrigin::class, $id);
        self::assertSame('sales@example.com', $origin->getMailboxAddress());
        self::assertTrue($origin->isSyncEnabled());

        $this->oro->settings['exchange_mail.domains'] = 'example.org';
        $this->synchronizer->synchronize();
        self::assertFalse($this->oro->em->find(ExchangeEmailOrigin::class, $id)->isSyncEnabled());
        self::assertSame(0, $this->hidden());
    }

    public function testASystemMailboxThatNoLongerUsesExchangeKeepsItsMailSeen(): void
    {
        $mailbox = $this->systemMailbox('info@example.com');
        $this->systemMailboxes->assign($mailbox, null, null);
        $this->oro->em->flush();
        $origin = $mailbox->getOrigin();

        $this->systemMailboxes->release($mailbox, null);
        $this->oro->em->flush();

        self::assertNull($mailbox->getOrigin());
        self::assertTrue($origin->isActive());
        self::assertFalse($origin->isSyncEnabled());
        self::assertFalse($this->systemMailboxes->usesExchange($mailbox));

        $this->systemMailboxes->assign($mailbox, null, null);
        self::assertSame($origin, $mailbox->getOrigin(), 'It goes on with its folders.');
        self::assertTrue($origin->isSyncEnabled());
    }

    public function testADeletedSystemMailboxIsReadNoMoreAndItsMailStaysSeen(): void
    {
        $mailbox = $this->systemMailbox('info@example.com');
        $this->systemMailboxes->assign($mailbox, null, null);
        $this->oro->em->flush();
        $this->oro->em->remove($mailbox);
        $this->oro->em->flush();
        self::assertSame(1, $this->hidden(), 'Oro does that.');

        $this->synchronizer->synchronize();

        self::assertFalse($this->states()['info@example.com']);
    }

    public function testImapMailAndSmtpSettingsOfASystemMailboxOutliveTheChangeToExchangeAndBack(): void
    {
        $mailbox = $this->systemMailbox('info@example.com');
        $imap = (new UserEmailOrigin())->setMailboxName('info')->setUser('info');
        $imap->setImapHost('imap.example.com')->setSmtpHost('smtp.example.com');
        $mailbox->setOrigin($imap);
        $this->oro->em->flush();

        $this->systemMailboxes->assign($mailbox, $imap, null);
        $this->oro->em->flush();
        self::assertSame($imap, $mailbox->getOrigin()->getSmtpOrigin());
        self::assertTrue($imap->isActive(), 'Oro would delete its mail.');
        self::assertFalse($imap->isSyncEnabled());

        $this->systemMailboxes->release($mailbox, $imap);
        $this->oro->em->flush();
        self::assertSame($imap, $mailbox->getOrigin());
        self::assertTrue($imap->isSyncEnabled());
    }

    private function systemMailbox(string $address): Mailbox
    {
        $mailbox = (new Mailbox())->setEmail($address)->setLabel($address);
        $mailbox->setOrganization($this->oro->em->find(Organization::class, $this->organizationId));
        $this->oro->em->persist($mailbox);
        $this->oro->em->flush();

        return $mailbox;
    }

    /** Past Oro's listeners, which ask more of Oro for a new address than this test has. */
    private function addAddress(int $userId, string $address): void
    {
        $this->oro->em->getConnection()->executeStatement(
            "INSERT INTO oro_user_email (id, user_id, email) VALUES (nextval('oro_user_email_id_seq'), :user, :email)",
            ['user' => $userId, 'email' => $address]
        );
    }

    private function user(string $name, callable $change): void
    {
        $change($this->newUser($name, $this->oro->em->find(Organization::class, $this->organizationId)));
        $this->oro->em->flush();
        $this->oro->em->clear();
    }

    public function testWhoOptsOutInMyConfigurationIsNotReadFromThatMomentOn(): void
    {
        $this->oro->settings['exchange_mail.allow_opt_out'] = true;
        $this->synchronizer->synchronize();
        $this->optOut($this->janeId);

        (new ConfigurationListener($this->synchronizer, new OriginRetry($this->oro->doctrine)))->onUpdate(
            new ConfigUpdateEvent(['exchange_mail.opted_out' => ['old' => false, 'new' => true]], 'user', $this->janeId)
        );

        self::assertSame(['jane@example.com' => false, 'john@example.com' => true], $this->states());
    }

    private function optOut(int $userId): void
    {
        $scope = (new Config())->setScopedEntity('user')->setRecordId($userId);
        $value = (new ConfigValue())->setConfig($scope)->setSection('exchange_mail')->setName('opted_out')->setValue(true);
        $this->oro->em->persist($scope);
        $this->oro->em->persist($value);
        $this->oro->em->flush();
        $this->oro->em->getConnection()->executeStatement("UPDATE oro_config_value SET text_value = '1'");
    }

    /**
     * @return array<string, array{string, ?string}>
     */
    private function asked(): array
    {
        $source = new MailboxSource($this->oro->doctrine, $this->settings);
        $source->load([(int)$this->origin('info@example.com')->getId(), (int)$this->origin('jane@example.com')->getId()]);
        $asked = [];
        foreach ($source->open() as $mailbox) {
            $asked[$mailbox->address] = [$mailbox->collects, $mailbox->since];
        }

        return $asked;
    }

    private function join(int $userId, string $name): void
    {
        $organization = (new Organization())->setName($name)->setEnabled(true);
        $this->oro->em->persist($organization);
        $this->change($userId, fn (User $user) => $user->addOrganization($organization));
    }

    private function isTooOld(string $moment): bool
    {
        $moment = new \DateTimeImmutable($moment);

        return $this->origin('jane@example.com')->isTooOldToTrigger($moment, $moment);
    }

    private function change(int $userId, callable $change): void
    {
        $change($this->oro->em->find(User::class, $userId));
        $this->oro->em->flush();
        $this->oro->em->clear();
    }

    private function origin(string $address): ExchangeEmailOrigin
    {
        $this->oro->em->clear();
        $origins = $this->oro->em->getRepository(ExchangeEmailOrigin::class)->findBy(['mailboxAddress' => mb_strtolower($address)]);
        self::assertCount(1, $origins);

        return $origins[0];
    }

    /**
     * @return array<string, bool>
     */
    private function states(): array
    {
        self::assertSame(0, $this->hidden(), 'Oro shows no mail of an origin that is not active.');
        $rows = $this->rows('SELECT exchange_mailbox, is_sync_enabled FROM oro_email_origin ORDER BY exchange_mailbox');

        return array_column($rows, 'is_sync_enabled', 'exchange_mailbox');
    }

    private function hidden(): int
    {
        return (int)$this->oro->em->getConnection()->fetchOne('SELECT COUNT(*) FROM oro_email_origin WHERE NOT isactive');
    }
}
