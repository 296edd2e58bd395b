<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing;

use ExchangeMail\Bundle\Async\Topic\SyncMailboxesTopic;
use ExchangeMail\Bundle\Engine\EngineProviderInterface;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Provider\ExchangeEmailAttachmentLoader;
use ExchangeMail\Bundle\Provider\ExchangeEmailBodyLoader;
use ExchangeMail\Bundle\Provider\ExchangeEmailFlagManagerLoader;
use ExchangeMail\Bundle\Provider\ExchangeMessageFinder;
use ExchangeMail\Bundle\Settings\SettingsProvider;
use ExchangeMail\Bundle\Sync\MailboxWatch;
use ExchangeMail\Bundle\Sync\RunLimits;
use ExchangeMail\Tests\Bundle\Storing\Host\Blank;
use ExchangeMail\Tests\Bundle\Storing\Host\ServerEngine;
use ExchangeMail\Tests\Bundle\Storing\Oro\Contact;
use ExchangeMail\Tests\Extension\ExchangeServer;
use ExchangeMail\Tests\Extension\Program;
use ExchangeSync\AuthenticationException;
use Oro\Bundle\EmailBundle\Entity\Email;
use Oro\Bundle\EmailBundle\Entity\EmailFolder;
use Oro\Bundle\EmailBundle\Provider\EmailAttachmentLoaderInterface;
use Oro\Bundle\OrganizationBundle\Entity\Organization;
use Oro\Bundle\SecurityBundle\Encoder\SymmetricCrypterInterface;
use Oro\Bundle\UserBundle\Entity\Email as UserEmail;
use Symfony\Component\Process\Process;

/**
 * From the test Exchange through the real extension into Oro's tables. Each test runs in a PHP of its own, which has the extension.
 */
final class EndToEndTest extends OroTestCase
{
    private const ROOT = __DIR__ . '/../../..';
    private const COMPANY = self::ROOT . '/tests/fixtures/company';
    private const JONAS = 'jonas@lindqvist-boats.example';

    private ExchangeServer $server;

    private ServerEngine $native;

    public static function setUpBeforeClass(): void
    {
        require_once self::ROOT . '/tests/extension/Program.php';
        require_once self::ROOT . '/tests/extension/ExchangeServer.php';
    }

    protected function setUp(): void
    {
        if (!\extension_loaded('exchange_sync')) {
            return;
        }
        parent::setUp();
        $this->oro->em->getConnection()->executeStatement('DELETE FROM exchange_mail_late_address');
    }

    protected function runTest(): mixed
    {
        return \extension_loaded('exchange_sync') ? parent::runTest() : $this->runInChild();
    }

    protected function engine(): EngineProviderInterface
    {
        $this->server = new ExchangeServer(['--company', self::COMPANY]);

        return $this->native = new ServerEngine(
            $this->server->options(['domains' => ['lindqvist-boats.example']])
        );
    }

    public function testTheMailOfACompanyIsCollectedExactlyAndIsInOrosTables(): void
    {
        $this->hireCompany();
        $report = $this->services->synchronizer->readDue(0, -1, new RunLimits());

        self::assertSame([], $report->failures);
        self::assertSame([4, 16, 0], [$report->mailboxes, $report->collected, $report->skipped]);
        self::assertSame(15, $this->rowCount('oro_email'));
        self::assertSame(16, $this->rowCount('oro_email_user'));
        self::assertSame(15, $this->rowCount('oro_email_body'));
        self::assertSame(
            [
                ['email' => 'astrid@lindqvist-boats.example', 'n' => 5],
                ['email' => 'jonas@lindqvist-boats.example', 'n' => 7],
                ['email' => 'mei@lindqvist-boats.example', 'n' => 4],
            ],
            $this->rows(
                'SELECT u.email, COUNT(*) AS n FROM oro_email_user eu JOIN oro_user u ON u.id = eu.user_owner_id'
                . ' GROUP BY u.email ORDER BY u.email'
            )
        );
        self::assertSame(
            [['n' => 2]],
            $this->rows(
                "SELECT COUNT(*) AS n FROM oro_email_user eu JOIN oro_email e ON e.id = eu.email_id"
                . " WHERE e.message_id = '<F3B2.two-tenders@ferreira-charter.example>'"
            )
        );
        self::assertSame(15, $this->rowCount('oro_activity_list'));
        self::assertGreaterThan(0, $this->rowCount('oro_email_thread'));
        self::assertSame(
            'Anfrage: sechs Ruderboote für die Sommersaison',
            $this->rows("SELECT subject FROM oro_email WHERE message_id LIKE '<5c1f0a7e%'")[0]['subject']
        );
        self::assertSame(9, $this->rowCount('oro_email_attachment_content'));
        $picture = base64_decode($this->rows(
            'SELECT c.content FROM oro_email_attachment_content c JOIN oro_email_attachment a ON a.id = c.attachment_id'
            . " WHERE a.embedded_content_id = 'berth@ferreira-charter.example'"
        )[0]['content']);
        self::assertSame([64, 40], \array_slice((array)getimagesizefromstring($picture), 0, 2));

        $again = $this->services->synchronizer->readDue(0, -1, new RunLimits());
        self::assertSame([4, 0], [$again->mailboxes, $again->collected]);
        $forced = $this->services->synchronizer->read($this->originIds(), new RunLimits(), true);
        self::assertSame([4, 0], [$forced->mailboxes, $forced->collected], 'from the beginning: nothing twice');
        self::assertSame(16, $this->rowCount('oro_email_user'));
    }

    public function testNewMailReadFlagsMovesAndDeletionsFollow(): void
    {
        $this->hireCompany();
        $this->services->synchronizer->readDue(0, -1, new RunLimits());
        $id = '<5c1f0a7e-anfrage@seebad-hotel.example>';
        $this->server->deliver(self::JONAS, ExchangeServer::mail(
            'new@seebad-hotel.example',
            'New',
            self::JONAS,
            'clara.hoffmann@seebad-hotel.example'
        ));
        $this->server->control('mark_read', ['mailbox' => self::JONAS, 'item' => $id, 'read' => false]);
        $report = $this->services->synchronizer->readDue(0, -1, new RunLimits());
        self::assertSame(1, $report->collected);
        self::assertFalse($this->copy($id)['is_seen']);

        $this->server->control('mark_read', ['mailbox' => self::JONAS, 'item' => $id, 'read' => true]);
        $this->server->control('move', ['mailbox' => self::JONAS, 'item' => '<new@seebad-hotel.example>', 'to' => 'inbox/Customers']);
        $this->services->synchronizer->readDue(0, -1, new RunLimits());
        self::assertTrue($this->copy($id)['is_seen']);
        self::assertSame('Customers', $this->copy('<new@seebad-hotel.example>')['name']);

        $this->server->control('delete', ['mailbox' => self::JONAS, 'item' => '<new@seebad-hotel.example>']);
        $this->services->synchronizer->readDue(0, -1, new RunLimits());
        self::assertSame('Customers', $this->copy('<new@seebad-hotel.example>')['name'], 'it happened: it stays');
        self::assertSame(17, $this->rowCount('oro_email_user'));
    }

    public function testTheWatchSendsAMailboxToTheQueueSoonAfterMailArrived(): void
    {
        $this->hireCompany();
        $watch = new MailboxWatch(
            $this->oro->doctrine,
            $this->native,
            new SettingsProvider($this->oro->config, Blank::of(SymmetricCrypterInterface::class)),
            $this->services->schedule,
            $this->services->queue,
            $this->services->logger
        );
        $delivered = null;
        $end = microtime(true) + 30;
        $watch->run(function () use (&$delivered, $end): bool {
            if (null === $delivered && \count($this->originIds()) === \count($this->sentOriginIds())) {
                $this->oro->em->getConnection()->executeStatement(
                    'UPDATE exchange_mail_mailbox_state SET ticket = NULL, queued_until = NULL'
                );
                $this->oro->producer->messages = [];
                $this->server->deliver(self::JONAS, ExchangeServer::mail('new@seebad-hotel.example', 'New', self::JONAS, 'c@d.example'));
                $delivered = microtime(true);
            }

            return microtime(true) > $end || (null !== $delivered && [] !== $this->sentOriginIds());
        });

        self::assertLessThan(5.0, microtime(true) - $delivered);
        self::assertSame(
            array_column($this->rows(\sprintf("SELECT id FROM oro_email_origin WHERE exchange_mailbox = '%s'", self::JONAS)), 'id'),
            $this->sentOriginIds()
        );
    }

    public function testBodiesFilesAndReadFlagsAreFetchedAndSetOnDemand(): void
    {
        $this->hireCompany();
        $this->oro->settings['oro_email.attachment_sync_enable'] = false;
        $this->services->synchronizer->readDue(0, -1, new RunLimits());
        self::assertSame(0, $this->rowCount('oro_email_attachment_content'));

        $em = $this->oro->em;
        $email = $em->getRepository(Email::class)->findOneBy(['messageId' => '<F3B2.two-tenders@ferreira-charter.example>']);
        $folder = $em->getRepository(EmailFolder::class)->findOneBy(['type' => 'inbox']);
        $finder = new ExchangeMessageFinder($this->native);
        $body = (new ExchangeEmailBodyLoader($finder, $this->services->bodies))->loadEmailBody($folder, $email, $em);
        self::assertStringContainsString('cid:berth@ferreira-charter.example', $body->getBodyContent());
        if (interface_exists(EmailAttachmentLoaderInterface::class)) {
            $picture = (new ExchangeEmailAttachmentLoader($this->oro->doctrine, $finder, $this->services->bodies))
                ->loadEmailAttachment($email->getEmailBody(), 'berth.png');
            self::assertSame([64, 40], \array_slice(
                (array)getimagesizefromstring((string)base64_decode($picture->getContent()->getContent())),
                0,
                2
            ));
        }

        $emailUser = $email->getEmailUsers()->first();
        $where = $emailUser->getFolders()->first();
        $flags = (new ExchangeEmailFlagManagerLoader($this->native))->select($where, $em);
        foreach ([false, true] as $read) {
            $read ? $flags->setSeen($where, $email) : $flags->setUnseen($where, $email);
            $em->clear();
            $this->services->synchronizer->readDue(0, -1, new RunLimits());
            $seen = $this->rows('SELECT is_seen FROM oro_email_user WHERE id = ' . $emailUser->getId())[0]['is_seen'];
            self::assertSame($read, $seen, 'Exchange tells what Oro told it');
        }
    }

    public function testMailFromBeforeAContactWasKnownIsFound(): void
    {
        $this->hireCompany();
        $this->server->deliver(self::JONAS, ExchangeServer::mail('early@late.example', 'Early', self::JONAS, 'late@late.example'));
        $this->services->synchronizer->readDue(0, -1, new RunLimits());
        self::assertSame(16, $this->rowCount('oro_email_user'));

        $organization = $this->oro->em->find(Organization::class, $this->organizationId);
        $this->oro->em->persist(new Contact('late@late.example', $organization));
        $this->oro->em->flush();
        $report = $this->searchNow();
        self::assertSame([], $report->failures);
        self::assertSame(1, $report->collected);
        self::assertSame('Inbox', $this->copy('<early@late.example>')['name']);
        self::assertSame(0, $this->rowCount('exchange_mail_late_address'));

        $again = $this->services->synchronizer->read($this->originIds(), new RunLimits(), true);
        self::assertSame(0, $again->collected);
    }

    public function testAWrongPasswordIsToldAndTriedOnce(): void
    {
        $this->hireCompany();
        $this->native->options['password'] = 'wrong';
        $this->native->options['concurrency'] = 1;
        $this->server->control('mark_read', [
            'mailbox' => self::JONAS, 'item' => '<5c1f0a7e-anfrage@seebad-hotel.example>', 'read' => true,
        ]);
        $failures = [];
        try {
            $failures = $this->services->synchronizer->readDue(0, -1, new RunLimits())->failures;
        } catch (AuthenticationException) {
        }
        $errors = $this->rows(
            'SELECT exchange_last_error AS error, exchange_last_error_remedy AS remedy FROM oro_email_origin'
            . ' WHERE exchange_last_error IS NOT NULL'
        );
        self::assertNotSame([], $errors);
        self::assertNotSame('', $errors[0]['error']);
        self::assertNotSame('', $errors[0]['remedy']);
        self::assertStringNotContainsString('wrong', json_encode([$errors, $failures], \JSON_THROW_ON_ERROR));
        self::assertSame([], $this->services->schedule->due(), 'nobody tries again at once');
    }

    private function hireCompany(): void
    {
        $em = $this->oro->em;
        $organization = $em->find(Organization::class, $this->organizationId);
        $users = [];
        foreach (self::csv('users.csv') as [$email, $id]) {
            if (!isset($users[$id])) {
                [$name] = explode('@', $email);
                $users[$id] = $this->newUser($name, $organization)->setEmail($email);
            } else {
                $users[$id]->addEmail((new UserEmail())->setEmail($email));
            }
        }
        foreach (self::csv('contacts.csv') as [$email]) {
            $em->persist(new Contact($email, $organization));
        }
        $em->flush();
        foreach ($users as $user) {
            $this->mailbox($user->getId(), false);
        }
        $em->getConnection()->executeStatement('DELETE FROM exchange_mail_late_address');
    }

    /**
     * @return list<int>
     */
    private function originIds(): array
    {
        return array_map(
            static fn (ExchangeEmailOrigin $origin): int => $origin->getId(),
            $this->oro->em->getRepository(ExchangeEmailOrigin::class)->findAll()
        );
    }

    /**
     * @return list<int>
     */
    private function sentOriginIds(): array
    {
        return array_merge(...array_map(
            static fn (array $message): array => $message[1][SyncMailboxesTopic::ORIGIN_IDS],
            array_values(array_filter(
                $this->oro->producer->messages,
                static fn (array $message): bool => SyncMailboxesTopic::getName() === $message[0]
            ))
        ));
    }

    /**
     * @return array<string, mixed> the only copy of a message, with its only folder
     */
    private function copy(string $messageId): array
    {
        $rows = $this->oro->em->getConnection()->fetchAllAssociative(
            'SELECT eu.is_seen, f.name FROM oro_email_user eu JOIN oro_email e ON e.id = eu.email_id'
            . ' JOIN oro_email_user_folders uf ON uf.email_user_id = eu.id JOIN oro_email_folder f ON f.id = uf.folder_id'
            . ' WHERE e.message_id = :id',
            ['id' => $messageId]
        );
        self::assertCount(1, $rows);

        return $rows[0];
    }

    /**
     * @return list<list<string>>
     */
    private static function csv(string $file): array
    {
        return \array_slice(array_map(str_getcsv(...), file(self::COMPANY . '/' . $file, \FILE_IGNORE_NEW_LINES)), 1);
    }

    private function runInChild(): mixed
    {
        try {
            $extension = Program::library();
            Program::built('exchange-server');
        } catch (\RuntimeException $e) {
            self::markTestSkipped($e->getMessage());
        }
        if (!interface_exists(\Oro\Bundle\EmailBundle\Entity\EmailOwnerInterface::class)) {
            self::markTestSkipped('ORO_PLATFORM_DIR does not name a source tree of oro/platform.');
        }
        $child = new Process(
            [
                \PHP_BINARY, '-d', 'extension=' . $extension, $_SERVER['argv'][0],
                '-c', __DIR__, '--filter', \sprintf('/::%s$/', $this->getName()), __FILE__,
            ],
            timeout: 300
        );
        $child->run();
        self::assertSame(0, $child->getExitCode(), $child->getOutput() . $child->getErrorOutput());
        self::assertStringContainsString('OK (1 test', $child->getOutput());

        return null;
    }
}
