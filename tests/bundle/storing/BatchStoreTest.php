<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing;

use Doctrine\DBAL\Exception\RetryableException;
use Doctrine\ORM\Events;
use Doctrine\Persistence\Event\LifecycleEventArgs;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Exception\LeaseLostException;
use ExchangeMail\Tests\Bundle\Storing\Host\Mail;
use ExchangeSync\Address;
use ExchangeSync\Batch;
use ExchangeSync\Skipped;
use Oro\Bundle\ActivityListBundle\Entity\ActivityList;

final class BatchStoreTest extends OroTestCase
{
    public function testMailIsStoredWithBodyAttachmentOwnerFolderAndCheckpoint(): void
    {
        $origin = $this->mailbox($this->janeId);
        $result = $this->store($origin, new Batch(
            'jane@example.com',
            Mail::inbox(),
            [Mail::message([
                'subject' => 'Offer',
                'html' => '<p>Dear Jane</p>',
                'importance' => 'high',
                'cc' => [new Address(null, 'john@example.com')],
                'attachments' => [Mail::attachment('offer.txt', 'ten euros')],
            ])],
            checkpoint: 'checkpoint-1'
        ));

        self::assertSame(1, $result->collected);
        self::assertSame([], $result->skipped);
        self::assertSame(
            [[
                'subject' => 'Offer', 'importance' => 1, 'body' => '<p>Dear Jane</p>', 'body_is_text' => false,
                'text_body' => 'Dear Jane', 'has_attachments' => true, 'body_synced' => true,
                'user_owner_id' => $this->janeId, 'is_seen' => false, 'is_private' => false, 'origin_id' => $origin,
                'full_name' => 'Inbox', 'type' => 'inbox', 'checkpoint' => 'checkpoint-1',
            ]],
            $this->rows(
                'SELECT e.subject, e.importance, b.body, b.body_is_text, b.text_body, b.has_attachments, e.body_synced,'
                . ' eu.user_owner_id, eu.is_seen, eu.is_private, eu.origin_id, f.full_name, f.type, ef.checkpoint'
                . ' FROM oro_email e JOIN oro_email_body b ON b.id = e.email_body_id'
                . ' JOIN oro_email_user eu ON eu.email_id = e.id JOIN oro_email_user_folders uf ON uf.email_user_id = eu.id'
                . ' JOIN oro_email_folder f ON f.id = uf.folder_id JOIN exchange_mail_folder ef ON ef.folder_id = f.id'
            )
        );
        self::assertSame(
            [['file_name' => 'offer.txt', 'content' => base64_encode('ten euros'), 'content_transfer_encoding' => 'base64']],
            $this->rows(
                'SELECT a.file_name, c.content, c.content_transfer_encoding FROM oro_email_attachment a'
                . ' JOIN oro_email_attachment_content c ON c.attachment_id = a.id'
            )
        );
        self::assertSame(
            [['type' => 'cc', 'email' => 'john@example.com'], ['type' => 'to', 'email' => 'jane@example.com']],
            $this->rows(
                'SELECT r.type, a.email FROM oro_email_recipient r JOIN oro_email_address a ON a.id = r.email_address_id'
                . ' ORDER BY r.type'
            )
        );
    }

    public function testMailIsInTheActivityListsOfContactAndUser(): void
    {
        $origin = $this->mailbox($this->janeId);
        $this->store($origin, new Batch('jane@example.com', Mail::inbox(), [
            Mail::message(['subject' => 'Offer', 'text' => 'Hello']),
        ]));

        $targets = [];
        foreach ($this->oro->associations->targets as [$subject, $target]) {
            $targets[$subject][$target->getEmail()] = true;
        }
        self::assertEquals(['Offer' => ['carol@customer.test' => true, 'jane@example.com' => true]], $targets);
        self::assertSame(
            [['subject' => 'Offer', 'description' => 'Hello', 'user_id' => $this->janeId]],
            $this->rows(
                'SELECT l.subject, l.description, o.user_id FROM oro_activity_list l'
                . ' JOIN oro_activity_owner o ON o.activity_id = l.id'
            )
        );
    }

    public function testAttachmentsAreLinkedToAContactWhoseEntityWantsThem(): void
    {
        $origin = $this->mailbox($this->janeId);
        $this->store($origin, new Batch('jane@example.com', Mail::inbox(), [
            Mail::message(['attachments' => [Mail::attachment('offer.txt', 'x'), Mail::attachment('terms.txt', 'y')]]),
        ]));

        self::assertSame(
            [['offer.txt', 'carol@customer.test'], ['terms.txt', 'carol@customer.test']],
            $this->oro->linked
        );
    }

    public function testOneMessageInTwoMailboxesIsOneEmailWithTwoOwners(): void
    {
        $jane = $this->mailbox($this->janeId);
        $john = $this->mailbox($this->johnId);
        $message = static fn (string $item): \ExchangeSync\Message => Mail::message([
            'itemId' => $item,
            'messageId' => '<both@customer.test>',
            'to' => [new Address(null, 'jane@example.com'), new Address(null, 'john@example.com')],
            'attachments' => [Mail::attachment('a.txt', 'a')],
        ]);
        $this->store($jane, new Batch('jane@example.com', Mail::inbox(), [$message('of-jane')]));
        $second = $message('of-john');
        $result = $this->store($john, new Batch('john@example.com', Mail::inbox(), [$second]));

        self::assertSame(1, $result->collected);
        self::assertSame(1, $this->rowCount('oro_email'));
        self::assertSame(1, $this->rowCount('oro_email_body'));
        self::assertSame(1, $this->rowCount('oro_activity_list'));
        self::assertSame(0, $second->attachments()[0]->reads, 'the second copy is not read again');
        self::assertSame(
            [['user_owner_id' => $this->janeId, 'origin_id' => $jane], ['user_owner_id' => $this->johnId, 'origin_id' => $john]],
            $this->rows('SELECT user_owner_id, origin_id FROM oro_email_user ORDER BY id')
        );
        self::assertSame(
            [$this->janeId, $this->johnId],
            array_column($this->rows('SELECT user_id FROM oro_activity_owner ORDER BY user_id'), 'user_id'),
            'both users see it in the activity list'
        );
        self::assertSame(2, $this->rowCount('exchange_mail_email'));
    }

    public function testWhatIsReadTwiceIsStoredOnce(): void
    {
        $origin = $this->mailbox($this->janeId);
        $batch = new Batch('jane@example.com', Mail::inbox(), [Mail::message(), Mail::message()], checkpoint: 'x');
        self::assertSame(2, $this->store($origin, $batch)->collected);
        self::assertSame(0, $this->store($origin, $batch)->collected);

        self::assertSame(2, $this->rowCount('oro_email_user'));
        self::assertSame(2, $this->rowCount('exchange_mail_email'));
    }

    public function testTwoCopiesOfAMessageInOneFolderAreOneEmailOfItsOwner(): void
    {
        $origin = $this->mailbox($this->janeId);
        $this->store($origin, new Batch('jane@example.com', Mail::inbox(), [
            Mail::message(['itemId' => 'a', 'messageId' => '<same@x>']),
            Mail::message(['itemId' => 'b', 'messageId' => '<same@x>']),
        ]));

        self::assertSame(1, $this->rowCount('oro_email'));
        self::assertSame(1, $this->rowCount('oro_email_user'));
        self::assertSame(2, $this->rowCount('exchange_mail_email'));
    }

    public function testAnAnswerIsInTheThreadOfItsParent(): void
    {
        $origin = $this->mailbox($this->janeId);
        $this->store($origin, new Batch('jane@example.com', Mail::inbox(), [Mail::message(['messageId' => '<parent@x>'])]));
        $this->store($origin, new Batch('jane@example.com', Mail::inbox(), [
            Mail::message(['messageId' => '<child@x>', 'inReplyTo' => '<parent@x>']),
        ]));

        $threads = $this->rows('SELECT thread_id, is_head FROM oro_email ORDER BY id');
        self::assertNotNull($threads[0]['thread_id']);
        self::assertSame($threads[0]['thread_id'], $threads[1]['thread_id']);
        self::assertSame(1, array_sum(array_column($threads, 'is_head')), 'one head a thread');
    }

    public function testAMovedMessageFollowsItsFolderAndADeletedOneStaysWhereItWas(): void
    {
        $origin = $this->mailbox($this->janeId);
        $folders = fn (): array => array_column($this->rows(
            'SELECT f.name FROM oro_email_user_folders uf JOIN oro_email_folder f ON f.id = uf.folder_id ORDER BY f.name'
        ), 'name');
        $message = static fn (string $item): \ExchangeSync\Message
            => Mail::message(['itemId' => $item, 'messageId' => '<moving@x>']);

        $this->store($origin, new Batch('jane@example.com', Mail::inbox(), [$message('old')]));
        $this->store($origin, new Batch('jane@example.com', Mail::inbox(), removed: ['old', 'never-collected']));
        self::assertSame(['Inbox'], $folders(), 'a message without a folder is in none of Oro\'s lists');
        $this->store($origin, new Batch('jane@example.com', Mail::archive(), [$message('new')]));
        self::assertSame(['Archive'], $folders());
        $this->store($origin, new Batch('jane@example.com', Mail::inbox(), [$message('copy')]));
        self::assertSame(['Archive', 'Inbox'], $folders());
        $this->store($origin, new Batch('jane@example.com', Mail::archive(), removed: ['new']));
        self::assertSame(['Inbox'], $folders());
        self::assertSame(1, $this->rowCount('oro_email_user'));
    }

    public function testReadFlagsFollowExchangeButNotOverWhatAUserJustChanged(): void
    {
        $origin = $this->mailbox($this->janeId);
        $this->store($origin, new Batch('jane@example.com', Mail::inbox(), [
            Mail::message(['itemId' => 'a']), Mail::message(['itemId' => 'b']), Mail::message(['itemId' => 'c', 'read' => true]),
        ]));
        $this->oro->em->getConnection()->executeStatement(
            'UPDATE oro_email_user SET unsyncedflagcount = 1 WHERE id = (SELECT MIN(id) + 1 FROM oro_email_user)'
        );
        $this->store($origin, new Batch(
            'jane@example.com',
            Mail::inbox(),
            readFlags: ['a' => true, 'b' => true, 'c' => false, 'never-collected' => true]
        ));

        self::assertSame(
            [true, false, false],
            array_column($this->rows('SELECT is_seen FROM oro_email_user ORDER BY id'), 'is_seen')
        );
    }

    public function testABadMessageIsLeftOutCountedAndLoggedWithoutItsContent(): void
    {
        $origin = $this->mailbox($this->janeId);
        $result = $this->store($origin, new Batch(
            'jane@example.com',
            Mail::inbox(),
            [
                Mail::message(),
                Mail::message(['itemId' => 'no-sender', 'from' => new Address(null, 'nobody'), 'subject' => 'Secret']),
                Mail::message(['itemId' => 'broken', 'failure' => new \RuntimeException('Secret body')]),
                Mail::message(['itemId' => 'far-date', 'subject' => 'Secret', 'sent' => (new \DateTimeImmutable())->setDate(300000, 1, 1)]),
                Mail::message(),
            ],
            skipped: [new Skipped('too-large', 'larger than the limit')],
            checkpoint: 'after'
        ));

        self::assertSame(2, $result->collected);
        self::assertSame(['too-large', 'no-sender', 'broken', 'far-date'], self::orderedLike($result->skipped));
        self::assertSame(2, $this->rowCount('oro_email'));
        self::assertSame('after', $this->rows('SELECT checkpoint FROM exchange_mail_folder')[0]['checkpoint']);
        $logged = $this->services->logger->contextsOf('Exchange: a message was not stored. It is tried again.');
        self::assertEqualsCanonicalizing(
            ['too-large', 'no-sender', 'broken', 'far-date'],
            array_values(array_unique(array_column($logged, 'item')))
        );
        self::assertSame(['jane@example.com'], array_values(array_unique(array_column($logged, 'mailbox'))));
        self::assertStringNotContainsString('Secret', $this->services->logger->text());
        self::assertSame([2, 4], $this->counters($origin));
    }

    public function testTextThatNoDatabaseTakesIsCleaned(): void
    {
        $origin = $this->mailbox($this->janeId);
        $result = $this->store($origin, new Batch('jane@example.com', Mail::inbox(), [Mail::message([
            'subject' => "Nul\0 and \xC3 half",
            'text' => str_repeat('漢', 1) . str_repeat("\u{6f22}", 400) . "\0",
            'attachments' => [Mail::attachment(str_repeat('n', 300) . '.pdf', 'x')],
        ])]));

        self::assertSame([], $result->skipped);
        self::assertSame('Nul and ? half', $this->rows('SELECT subject FROM oro_email')[0]['subject']);
        self::assertStringEndsWith('n.pdf', $this->rows('SELECT file_name FROM oro_email_attachment')[0]['file_name']);
    }

    public function testAttachmentsThatOrosSettingsLeaveOutAreNotRead(): void
    {
        $origin = $this->mailbox($this->janeId);
        $this->oro->settings['oro_email.attachment_sync_max_size'] = 0.001;
        $small = Mail::attachment('small.txt', str_repeat('s', 1000));
        $large = Mail::attachment('large.txt', str_repeat('l', 1001));
        $this->store($origin, new Batch('jane@example.com', Mail::inbox(), [Mail::message(['attachments' => [$small, $large]])]));
        $this->oro->settings['oro_email.attachment_sync_enable'] = false;
        $unwanted = Mail::attachment('unwanted.txt', 'u');
        $this->store($origin, new Batch('jane@example.com', Mail::inbox(), [Mail::message(['attachments' => [$unwanted]])]));

        self::assertSame([1, 0, 0], [$small->reads, $large->reads, $unwanted->reads]);
        self::assertSame(3, $this->rowCount('oro_email_attachment'));
        self::assertSame(1, $this->rowCount('oro_email_attachment_content'));
    }

    public function testTheCheckpointOfTheHierarchyIsKeptWithTheOrigin(): void
    {
        $origin = $this->mailbox($this->janeId);
        $this->store($origin, new Batch('jane@example.com', Mail::root(), checkpoint: 'root-1'));

        self::assertSame(0, $this->rowCount('oro_email_folder'));
        $entity = $this->oro->em->find(ExchangeEmailOrigin::class, $origin);
        self::assertSame(['AAMk-root=', 'root-1'], [$entity->getRootFolderId(), $entity->getRootCheckpoint()]);
    }

    public function testARunThatLostItsMailboxCanNotStore(): void
    {
        $origin = $this->mailbox($this->janeId);
        $this->oro->em->getConnection()->executeStatement("UPDATE exchange_mail_mailbox_state SET lease = 'another'");

        $this->expectException(LeaseLostException::class);
        try {
            $this->store($origin, new Batch('jane@example.com', Mail::inbox(), [Mail::message()], checkpoint: 'x'));
        } finally {
            self::assertSame(0, $this->rowCount('oro_email'));
            self::assertSame(0, $this->rowCount('exchange_mail_folder'));
        }
    }

    public function testALargeBatchTakesSeveralTransactionsAndTheLastHasTheCheckpoint(): void
    {
        $origin = $this->mailbox($this->janeId);
        $result = $this->store($origin, new Batch(
            'jane@example.com',
            Mail::inbox(),
            array_map(static fn (): \ExchangeSync\Message => Mail::message(['size' => 20_000_000]), range(1, 4)),
            checkpoint: 'x'
        ));

        self::assertSame(4, $result->collected);
        self::assertSame(4, $this->rowCount('oro_email'));
        self::assertSame('x', $this->rows('SELECT checkpoint FROM exchange_mail_folder')[0]['checkpoint']);
    }

    public function testAFailedAttemptLeavesNothingBehindInOrosListeners(): void
    {
        $origin = $this->mailbox($this->janeId);
        $this->store($origin, new Batch('jane@example.com', Mail::inbox(), [
            Mail::message(['subject' => 'Good']),
            Mail::message(['subject' => 'Bad', 'sent' => (new \DateTimeImmutable())->setDate(300000, 1, 1)]),
        ]));

        self::assertSame(['Good'], array_column($this->rows('SELECT subject FROM oro_email'), 'subject'));
        self::assertSame(['Good'], array_column($this->rows('SELECT subject FROM oro_activity_list'), 'subject'));
    }

    public function testADeadlockWhileOroMakesActivitiesIsRepeatedWithThem(): void
    {
        $this->oro->em->getEventManager()->addEventListener(Events::prePersist, $deadlock = new class () {
            public int $left = 2;

            public function prePersist(LifecycleEventArgs $args): void
            {
                if ($args->getObject() instanceof ActivityList && $this->left-- > 0) {
                    throw new class ('deadlock detected') extends \RuntimeException implements RetryableException {
                    };
                }
            }
        });
        $origin = $this->mailbox($this->janeId);
        $result = $this->store($origin, new Batch('jane@example.com', Mail::inbox(), [
            Mail::message(['subject' => 'Offer']), Mail::message(['subject' => 'Order']),
        ]));

        self::assertLessThan(0, $deadlock->left);
        self::assertSame(2, $result->collected);
        self::assertSame(2, $this->rowCount('oro_email_user'));
        self::assertSame(
            ['Offer', 'Order'],
            array_column($this->rows('SELECT subject FROM oro_activity_list ORDER BY subject'), 'subject')
        );
        $this->store($origin, new Batch('jane@example.com', Mail::inbox(), [
            Mail::message(['subject' => 'Later', 'messageId' => '<later@x>']),
        ]));
        $this->store($origin, new Batch('jane@example.com', Mail::inbox(), [
            Mail::message(['subject' => 'Answer', 'inReplyTo' => '<later@x>']),
        ]));
        self::assertSame(4, $this->rowCount('oro_activity_owner'));
        self::assertSame(1, $this->rowCount('oro_email_thread'), 'threads are made as before');
        self::assertEqualsCanonicalizing(
            ['Offer', 'Order', 'Later', 'Answer'],
            array_values(array_unique(array_column($this->oro->associations->targets, 0)))
        );
    }

    /**
     * @return list<int>
     */
    private function counters(int $originId): array
    {
        $this->oro->em->clear();
        $origin = $this->oro->em->find(ExchangeEmailOrigin::class, $originId);

        return [$origin->getCollected(), $origin->getSkipped()];
    }

    /**
     * @param array<string, string> $skipped
     *
     * @return list<string>
     */
    private static function orderedLike(array $skipped): array
    {
        $order = ['too-large', 'no-sender', 'broken', 'far-date'];

        return array_values(array_intersect($order, array_keys($skipped)));
    }
}
