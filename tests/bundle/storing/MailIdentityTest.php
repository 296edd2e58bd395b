<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing;

use ExchangeMail\Tests\Bundle\Storing\Host\Mail;
use ExchangeSync\Address;
use ExchangeSync\Attachment;
use ExchangeSync\Batch;
use ExchangeSync\Message;
use Oro\Bundle\EmailBundle\Entity\InternalEmailOrigin;
use Oro\Bundle\UserBundle\Entity\User;

final class MailIdentityTest extends OroTestCase
{
    /**
     * @return array<string, array{0: array<string, mixed>}>
     */
    public static function differences(): array
    {
        return [
            'sender' => [['from' => new Address('Dave', 'dave@customer.test')]],
            'second of sending' => [['sent' => new \DateTimeImmutable('2026-03-05 10:00:01 UTC')]],
            'subject' => [['subject' => 'Ticket 2']],
        ];
    }

    /**
     * @dataProvider differences
     *
     * @param array<string, mixed> $difference
     */
    public function testTwoMailsWithOneMessageIdAreTwo(array $difference): void
    {
        $jane = $this->mailbox($this->janeId);
        $john = $this->mailbox($this->johnId);
        $first = ['itemId' => 'a', 'messageId' => '<ticket@x>', 'subject' => 'Ticket 1'];
        $second = $difference + ['itemId' => 'b'] + $first;
        $this->store($jane, new Batch('jane@example.com', Mail::inbox(), [Mail::message($first), Mail::message($second)]));
        self::assertSame(2, $this->rowCount('oro_email'));

        // each finds its own in another mailbox, whichever comes first
        foreach (['c' => $second, 'd' => $first] as $itemId => $values) {
            $this->store($john, new Batch('john@example.com', Mail::inbox(), [Mail::message(['itemId' => $itemId] + $values)]));
        }
        self::assertSame(2, $this->rowCount('oro_email'));
        self::assertSame(4, $this->rowCount('oro_email_user'));
        $ids = array_column($this->rows('SELECT message_id FROM oro_email ORDER BY id'), 'message_id');
        self::assertSame('<ticket@x>', $ids[0]);
        self::assertMatchesRegularExpression('/^<ticket@x~[0-9a-f]{16}>$/', $ids[1]);
    }

    public function testAnHonestCopyIsOneMailWhateverItsSpacesAndCase(): void
    {
        $jane = $this->mailbox($this->janeId);
        foreach ([['Offer  now', 'Carol@Customer.test'], ['Offer now', 'carol@customer.test']] as $i => [$subject, $from]) {
            $this->store($jane, new Batch('jane@example.com', Mail::inbox(), [Mail::message([
                'itemId' => 'item' . $i, 'messageId' => '<a@x>', 'subject' => $subject, 'from' => new Address(null, $from),
            ])]));
        }
        self::assertSame(1, $this->rowCount('oro_email'));
    }

    public function testLongMessageIdsThatBeginAlikeDoNotCollideAndKeepTheirThread(): void
    {
        $jane = $this->mailbox($this->janeId);
        $id = static fn (string $end): string => '<' . str_repeat('i', 600) . $end . '@x>';
        $this->store($jane, new Batch('jane@example.com', Mail::inbox(), [
            Mail::message(['messageId' => $id('1'), 'subject' => 'same']),
            Mail::message(['messageId' => $id('2'), 'subject' => 'same']),
            Mail::message([
                'messageId' => '<answer@x>', 'inReplyTo' => $id('2'), 'sent' => new \DateTimeImmutable('2026-03-06 UTC'),
            ]),
        ]));
        $rows = $this->rows('SELECT message_id, thread_id FROM oro_email ORDER BY id');
        self::assertCount(3, array_unique(array_column($rows, 'message_id')));
        self::assertLessThanOrEqual(512, max(array_map('strlen', array_column($rows, 'message_id'))));
        self::assertNull($rows[0]['thread_id']);
        self::assertNotNull($rows[1]['thread_id']);
        self::assertSame($rows[1]['thread_id'], $rows[2]['thread_id']);
    }

    public function testIdsThatDifferInCaseAreDifferentMails(): void
    {
        $jane = $this->mailbox($this->janeId);
        $this->store($jane, new Batch('jane@example.com', Mail::inbox(), [
            Mail::message(['messageId' => '<abc@x>', 'subject' => 's']), Mail::message(['messageId' => '<ABC@x>', 'subject' => 's']),
        ]));
        self::assertSame(2, $this->rowCount('oro_email'));
    }

    public function testWhatAUserSentFromOroIsNotInMyEmailsTwice(): void
    {
        $jane = $this->mailbox($this->janeId);
        $other = $this->internalOrigin();
        // Oro takes its own time a moment before that of the header
        $this->store($jane, new Batch('jane@example.com', Mail::inbox(), [Mail::message(['itemId' => 'x', 'messageId' => '<sent@x>'])]));
        $this->oro->em->getConnection()->executeStatement('UPDATE oro_email_user SET origin_id = ' . $other);
        $this->oro->em->getConnection()->executeStatement('DELETE FROM exchange_mail_email');
        $this->oro->em->getConnection()->executeStatement('DELETE FROM oro_email_user_folders');

        $result = $this->store($jane, new Batch('jane@example.com', Mail::archive(), [Mail::message([
            'itemId' => 'y', 'messageId' => '<sent@x>', 'sent' => new \DateTimeImmutable('2026-03-05 10:00:01 UTC'),
        ])]));
        self::assertSame(0, $result->collected);
        self::assertSame(1, $this->rowCount('oro_email_user'));
        self::assertSame([['origin_id' => $other]], $this->rows('SELECT origin_id FROM oro_email_user'));
        self::assertSame(
            [['name' => 'Archive']],
            $this->rows('SELECT f.name FROM oro_email_user_folders uf JOIN oro_email_folder f ON f.id = uf.folder_id')
        );
    }

    public function testOnlyWhatTheBodyShowsIsEmbedded(): void
    {
        $jane = $this->mailbox($this->janeId);
        $file = static fn (string $name, bool $inline): Attachment
            => new Attachment($name, 'image/png', $name . '@x', $inline, 1, 'x');
        $this->store($jane, new Batch('jane@example.com', Mail::inbox(), [
            Mail::message(['html' => '<img src="cid:logo.png@x">', 'attachments' => [$file('logo.png', true), $file('photo.png', false)]]),
        ]));
        self::assertSame(
            [
                ['file_name' => 'logo.png', 'embedded_content_id' => 'logo.png@x'],
                ['file_name' => 'photo.png', 'embedded_content_id' => null],
            ],
            $this->rows('SELECT file_name, embedded_content_id FROM oro_email_attachment ORDER BY id')
        );
    }

    public function testTextOfEveryScriptIsKeptAndCutBetweenCharacters(): void
    {
        $jane = $this->mailbox($this->janeId);
        $emoji = "\u{1F680}";
        $this->store($jane, new Batch('jane@example.com', Mail::inbox(), [Mail::message([
            'subject' => str_repeat($emoji, 1100),
            'from' => new Address(str_repeat('ä', 400), 'carol@customer.test'),
            'html' => "<p>$emoji\0</p>",
            'threadId' => str_repeat('t', 400),
            'attachments' => [Mail::attachment(str_repeat($emoji, 300) . '.pdf', 'x')],
        ])]));
        $row = $this->rows(
            'SELECT e.subject, e.from_name, e.x_thread_id, b.body, a.file_name FROM oro_email e'
            . ' JOIN oro_email_body b ON b.id = e.email_body_id JOIN oro_email_attachment a ON a.body_id = b.id'
        )[0];
        self::assertSame(str_repeat($emoji, 998), $row['subject']);
        self::assertSame("<p>$emoji</p>", $row['body']);
        self::assertSame(str_repeat($emoji, 251) . '.pdf', $row['file_name']);
        self::assertSame(255, \strlen($row['x_thread_id']));
        self::assertTrue(mb_check_encoding($row['from_name'], 'UTF-8'));
        self::assertLessThanOrEqual(320, mb_strlen($row['from_name']));
    }

    public function testMessagesOfABatchAreStoredByTheirDate(): void
    {
        $jane = $this->mailbox($this->janeId);
        $at = static fn (string $day): Message => Mail::message(['subject' => $day, 'sent' => new \DateTimeImmutable("$day UTC")]);
        $this->store($jane, new Batch('jane@example.com', Mail::inbox(), [
            $at('2026-03-05'), $at('2026-03-03'), $at('2026-03-04'),
        ]));
        self::assertSame(
            ['2026-03-03', '2026-03-04', '2026-03-05'],
            array_column($this->rows(
                'SELECT e.subject FROM oro_email_user eu JOIN oro_email e ON e.id = eu.email_id ORDER BY eu.id'
            ), 'subject')
        );
    }

    private function internalOrigin(): int
    {
        $em = $this->oro->em;
        $user = $em->find(User::class, $this->janeId);
        $origin = (new InternalEmailOrigin())->setName('internal');
        $origin->setOwner($user);
        $origin->setOrganization($user->getOrganization());
        $origin->setActive(true);
        $em->persist($origin);
        $em->flush();
        $em->clear();

        return $origin->getId();
    }
}
