<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Oro;

use ExchangeMail\Tests\Extension\ExchangeServer;
use ExchangeMail\Tests\Oro\Support\OroTestCase;

/**
 * The sample company, from the settings page to the contact's activities: all that must be collected, once, as it was sent, and
 * nothing else.
 */
final class CompanyTest extends OroTestCase
{
    private const COMPANY = __DIR__ . '/../fixtures/company';

    private const COLLECTED = [
        'jonas' => [
            'inbox/001', 'inbox/002', 'inbox/003.unread', 'inbox/Customers/001', 'sentitems/001', 'sentitems/002', 'sentitems/003',
        ],
        'astrid' => ['inbox/001', 'inbox/002', 'inbox/003', 'sentitems/001', 'sentitems/002'],
        'mei' => ['inbox/001', 'inbox/003.unread', 'Projects/Hoshi/001', 'sentitems/001'],
    ];

    private static ExchangeServer $server;

    /** @var array<string, int> */
    private static array $contacts;

    public static function setUpBeforeClass(): void
    {
        parent::setUpBeforeClass();
        self::$server = new ExchangeServer(['--company', self::COMPANY]);
        self::$oro->inside('users', [
            ['email' => 'astrid@lindqvist-boats.example', 'first' => 'Astrid', 'last' => 'Lindqvist'],
            ['email' => 'jonas@lindqvist-boats.example', 'first' => 'Jonas', 'last' => 'Berg'],
            ['email' => 'mei@lindqvist-boats.example', 'first' => 'Mei', 'last' => 'Tanaka'],
            ['email' => 'pavel@lindqvist-boats.example', 'first' => 'Pavel', 'last' => 'Novák'],
        ]);
        $people = [];
        foreach (self::csv('contacts.csv') as [$address, $id, $name]) {
            [$last, $first] = explode(', ', $name);
            $people[$id] ??= ['first' => $first, 'last' => $last, 'emails' => []];
            $people[$id]['emails'][] = $address;
        }
        self::$contacts = self::$oro->inside('contacts', array_values($people));
        self::$oro->drainQueue();
    }

    public function testTheAdministratorChecksAndSavesTheSettings(): void
    {
        $page = self::$browser->run('settings', [
            'fields' => [
                'server' => self::$server->url,
                'login' => ExchangeServer::LOGIN,
                'password' => ExchangeServer::PASSWORD,
                'domains' => 'lindqvist-boats.example',
            ],
            'mailbox' => 'jonas@lindqvist-boats.example',
            'picture' => 'settings',
        ]);

        self::assertStringContainsString('Connected to', $page['check']);
        self::assertStringContainsString('jonas@lindqvist-boats.example', $page['check']);
        self::assertStringContainsString('saved', strtolower($page['flash']));
        self::assertStringNotContainsString(ExchangeServer::PASSWORD, $page['html']);
        $stored = json_encode(self::$oro->rows("SELECT * FROM oro_config_value WHERE section = 'exchange_mail'"));
        self::assertStringNotContainsString(ExchangeServer::PASSWORD, $stored);
    }

    /**
     * @depends testTheAdministratorChecksAndSavesTheSettings
     */
    public function testCronAndConsumersStoreWhatMatchesOnceAndAsItWasSent(): void
    {
        self::assertSame(
            (new \DateTimeImmutable('90 days ago'))->format('Y-m-d'),
            (new \DateTimeImmutable((string)self::$oro->value(
                "SELECT text_value FROM oro_config_value WHERE section = 'exchange_mail' AND name = 'start_date'"
            )))->format('Y-m-d'),
            'what the page proposes'
        );
        // the company's mail is older
        self::$oro->configure(['exchange_mail.start_date' => '']);
        self::tick();

        $files = [];
        foreach (self::COLLECTED as $user => $names) {
            foreach ($names as $name) {
                $files["$user $name"] = \sprintf('%s/%s@lindqvist-boats.example/%s.eml', self::COMPANY, $user, $name);
            }
        }
        $expected = self::read(array_values($files));
        $byUser = [];
        foreach ($files as $key => $file) {
            $user = explode(' ', $key)[0];
            $byUser[$user][] = $expected[$file]['messageId'];
        }
        $ids = array_unique(array_column($expected, 'messageId'));
        self::assertCount(15, $ids);
        foreach ($byUser as $user => $wanted) {
            $stored = array_column(self::$oro->rows(
                'SELECT e.message_id FROM oro_email_user eu JOIN oro_email e ON e.id = eu.email_id'
                . ' JOIN oro_user u ON u.id = eu.user_owner_id WHERE u.username = ?',
                ["$user@lindqvist-boats.example"]
            ), 'message_id');
            sort($wanted);
            sort($stored);
            self::assertSame($wanted, $stored, $user);
        }
        foreach ($expected as $file => $mail) {
            self::assertEquals($mail, $this->stored($mail['messageId']), $file);
        }
        self::assertSame([], self::myEmails('pavel@lindqvist-boats.example'));
    }

    /**
     * @depends testCronAndConsumersStoreWhatMatchesOnceAndAsItWasSent
     */
    public function testAnotherRunStoresNothing(): void
    {
        $before = self::$oro->value('SELECT COUNT(*) FROM oro_email');

        self::tick();

        self::assertSame($before, self::$oro->value('SELECT COUNT(*) FROM oro_email'));
        self::assertNull(self::$oro->value('SELECT message_id FROM oro_email GROUP BY message_id HAVING COUNT(*) > 1'));
    }

    /**
     * @depends testCronAndConsumersStoreWhatMatchesOnceAndAsItWasSent
     */
    public function testTheMailIsOnThePagesOfContactUserAndMyEmailsAndIsFound(): void
    {
        $clara = self::$contacts['clara.hoffmann@seebad-hotel.example'];
        $jonas = self::$oro->value('SELECT id FROM oro_user WHERE username = ?', ['jonas@lindqvist-boats.example']);
        $expected = self::read([self::COMPANY . '/jonas@lindqvist-boats.example/inbox/001.eml']);
        $subject = reset($expected)['subject'];

        $pages = self::$browser->run('texts', ['pages' => [
            'contact' => ['path' => "/contact/view/$clara", 'picture' => 'contact'],
            'user' => ['path' => "/user/view/$jonas"],
            'search' => ['path' => '/search?search=' . rawurlencode($subject)],
            'status' => ['path' => '/exchange-mail/status', 'picture' => 'status'],
        ]]);

        foreach (['contact', 'user', 'search'] as $page) {
            self::assertStringContainsString($subject, $pages[$page], $page);
        }
        foreach (['jonas', 'astrid', 'mei'] as $user) {
            self::assertStringContainsString("$user@lindqvist-boats.example", $pages['status']);
        }

        $mine = self::$browser->run('my-emails', [
            'user' => 'jonas@lindqvist-boats.example',
            'password' => 'Sesame-4711',
            'picture' => 'my-emails',
        ]);
        self::assertStringContainsString($subject, $mine['text']);
        self::assertStringNotContainsString('error', strtolower($mine['flash']), 'after "Sync emails"');
    }

    /**
     * @return array<string, mixed> as expected.py tells it
     */
    private function stored(string $messageId): array
    {
        $email = self::$oro->rows(
            'SELECT e.id, e.subject, a.email AS sender, b.id AS body_id, b.body, b.body_is_text FROM oro_email e'
            . ' JOIN oro_email_address a ON a.id = e.from_email_address_id JOIN oro_email_body b ON b.id = e.email_body_id'
            . ' WHERE e.message_id = ?',
            [$messageId]
        );
        self::assertCount(1, $email, $messageId);
        [$email] = $email;
        $attachments = array_map(
            static function (array $row): array {
                $content = 'base64' === $row['content_transfer_encoding'] ? base64_decode($row['content']) : $row['content'];
                if ('message/rfc822' === $row['content_type']) {
                    $content = trim(str_replace("\r\n", "\n", $content));
                }

                return [$row['file_name'], hash('sha256', $content)];
            },
            self::$oro->rows(
                'SELECT a.file_name, a.content_type, c.content, c.content_transfer_encoding FROM oro_email_attachment a'
                . ' JOIN oro_email_attachment_content c ON c.attachment_id = a.id WHERE a.body_id = ?',
                [$email['body_id']]
            )
        );
        sort($attachments);
        $recipients = array_column(self::$oro->rows(
            'SELECT a.email FROM oro_email_recipient r JOIN oro_email_address a ON a.id = r.email_address_id WHERE r.email_id = ?',
            [$email['id']]
        ), 'email');
        $recipients = array_map('mb_strtolower', $recipients);
        sort($recipients);

        return [
            'messageId' => $messageId,
            'subject' => $email['subject'],
            'from' => mb_strtolower($email['sender']),
            'recipients' => $recipients,
            'body' => trim((string)preg_replace('~\s+~', ' ', $email['body'])),
            'isText' => (bool)$email['body_is_text'],
            'attachments' => $attachments,
        ];
    }

    /**
     * @param list<string> $files
     *
     * @return array<string, array<string, mixed>>
     */
    private static function read(array $files): array
    {
        $command = 'python3 ' . escapeshellarg(__DIR__ . '/expected.py') . ' ' . implode(' ', array_map('escapeshellarg', $files));

        return json_decode((string)shell_exec($command), true, 16, \JSON_THROW_ON_ERROR);
    }

    /**
     * @return list<list<string>>
     */
    private static function csv(string $name): array
    {
        $lines = file(self::COMPANY . '/' . $name, \FILE_IGNORE_NEW_LINES | \FILE_SKIP_EMPTY_LINES);

        return array_map(static fn (string $line): array => str_getcsv($line, ',', '"', ''), \array_slice($lines, 1));
    }
}
