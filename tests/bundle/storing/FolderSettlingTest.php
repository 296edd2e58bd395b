<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing;

use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Tests\Bundle\Storing\Host\Mail;
use ExchangeSync\Batch;
use ExchangeSync\Folder;
use ExchangeSync\Message;
use ExchangeSync\Skipped;
use Oro\Bundle\EmailBundle\Entity\EmailFolder;

final class FolderSettlingTest extends OroTestCase
{
    public function testWhatIsNotSeenInAWholeFolderIsGoneFromItAndItsMailStays(): void
    {
        $origin = $this->mailbox($this->janeId);
        $this->store($origin, $this->batch(['a', 'b', 'c'], 'one'));

        $this->store($origin, $this->batch(['b'], 'two', startsOver: true));
        self::assertSame(['a', 'b', 'c'], $this->copies(), 'the folder is not read to its end yet');
        $this->store($origin, $this->batch([], 'three', readFlags: ['c' => true]));
        $this->store($origin, $this->batch(['d'], 'four', whole: true));

        self::assertSame(['b', 'c', 'd'], $this->copies());
        self::assertSame(4, $this->rowCount('oro_email_user'), 'the mail stays');
        self::assertSame(4, $this->rowCount('oro_email_user_folders'), 'an e-mail without a folder is in none of Oro\'s lists');
        self::assertSame(4, $this->rowCount('oro_email'));
    }

    public function testAFolderThatIsReadOverInOneBatchKeepsWhatItHandsOut(): void
    {
        $origin = $this->mailbox($this->janeId);
        $this->store($origin, $this->batch(['a', 'b'], 'one', startsOver: true, whole: true));
        $this->store($origin, $this->batch(['b'], 'two', startsOver: true, whole: true));
        self::assertSame(['b'], $this->copies());
    }

    public function testAMailThatIsInAnotherFolderTooLeavesTheOneItIsGoneFrom(): void
    {
        $origin = $this->mailbox($this->janeId);
        $this->store($origin, $this->batch(['a'], 'one'));
        $this->store($origin, new Batch('jane@example.com', Mail::archive(), [$this->message('a', 'copy')]));
        $this->store($origin, $this->batch([], 'two', startsOver: true, whole: true));
        self::assertSame(['Archive'], array_column($this->rows(
            'SELECT f.name FROM oro_email_user_folders uf JOIN oro_email_folder f ON f.id = uf.folder_id'
        ), 'name'));
    }

    public function testAFolderThatIsGoneGoesWithItsCopiesAndItsMailStays(): void
    {
        $origin = $this->mailbox($this->janeId);
        $this->store($origin, new Batch(
            'jane@example.com',
            Mail::archive(),
            [$this->message('a')],
            skipped: [new Skipped('large', 'too large')],
            checkpoint: 'x'
        ));
        $gone = new Batch('jane@example.com', new Folder('AAMk-archive=', '', '', 'other'), folderGone: true);
        $this->store($origin, $gone);
        $this->store($origin, $gone);

        self::assertSame([], $this->copies());
        self::assertSame(0, $this->rowCount('exchange_mail_folder'), 'its checkpoint is forgotten');
        self::assertSame(0, $this->rowCount('exchange_mail_failed_item'));
        self::assertSame(1, $this->rowCount('oro_email_user_folders'));
        self::assertNotNull($this->rows('SELECT outdated_at FROM oro_email_folder')[0]['outdated_at']);
        $this->oro->em->clear();
        self::assertSame(0, $this->oro->em->find(ExchangeEmailOrigin::class, $origin)->getSkipped());

        $this->store($origin, new Batch('jane@example.com', Mail::inbox(), checkpoint: 'x'));
        $this->store($origin, new Batch('jane@example.com', new Folder('AAMk-inbox=', '', '', 'inbox'), folderGone: true));
        self::assertSame(1, $this->rowCount('oro_email_folder'), 'a folder without mail leaves Oro too');
    }

    public function testAnotherServerDoesNotDoubleFolders(): void
    {
        $origin = $this->mailbox($this->janeId);
        $this->store($origin, $this->batch(['a'], 'one'));
        $this->store($origin, new Batch('jane@example.com', Mail::archive(), [$this->message('b')]));
        // what a change of server does: see OriginSynchronizer
        $this->oro->em->getConnection()->executeStatement('DELETE FROM exchange_mail_folder');
        $this->oro->em->clear();

        $this->store($origin, new Batch(
            'jane@example.com',
            new Folder('new-inbox=', 'Posteingang', 'Posteingang', 'inbox'),
            [$this->message('a', 'new-a')]
        ));
        $this->store($origin, new Batch('jane@example.com', new Folder('new-archive=', 'Archive', 'Inbox/Archive', 'other')));
        self::assertSame(['Archive', 'Posteingang'], array_column($this->rows('SELECT name FROM oro_email_folder ORDER BY name'), 'name'));
        self::assertSame(2, $this->rowCount('oro_email_user'));
        self::assertSame(2, $this->rowCount('oro_email_user_folders'));
    }

    public function testFolderIdsThatDifferInCaseAreTwoFolders(): void
    {
        $origin = $this->mailbox($this->janeId);
        foreach (['AAMkA=', 'AAMka='] as $id) {
            $this->store($origin, new Batch('jane@example.com', new Folder($id, $id, $id, 'other'), [$this->message($id)]));
        }
        self::assertCount(2, $this->oro->em->getRepository(EmailFolder::class)->findAll());
    }

    private function message(string $name, ?string $itemId = null): Message
    {
        return Mail::message(['itemId' => $itemId ?? $name, 'messageId' => "<$name@x>"]);
    }

    /**
     * @param list<string>        $names
     * @param array<string, bool> $readFlags
     */
    private function batch(
        array $names,
        string $checkpoint,
        bool $startsOver = false,
        bool $whole = false,
        array $readFlags = []
    ): Batch {
        return new Batch(
            'jane@example.com',
            Mail::inbox(),
            array_map(fn (string $name): Message => $this->message($name), $names),
            readFlags: $readFlags,
            checkpoint: $checkpoint,
            startsOver: $startsOver,
            whole: $whole
        );
    }

    /**
     * @return list<string>
     */
    private function copies(): array
    {
        return array_column($this->rows('SELECT item_id FROM exchange_mail_email ORDER BY id'), 'item_id');
    }
}
