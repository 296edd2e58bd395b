<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Standalone;

use ExchangeMail\Tests\Standalone\Support\Program;
use ExchangeMail\Tests\Standalone\Support\TestExchange;
use PHPUnit\Framework\TestCase;

/**
 * The whole way: the sample company on the test Exchange, the real extension, the real database.
 */
final class SyncTest extends TestCase
{
    private const JONAS = 'jonas@lindqvist-boats.example';
    private const LATER = __DIR__ . '/../fixtures/company-later';
    private const COLLECTED = [
        '<20260320163041.GA4711@galwaysailing.example>',
        '<20260424.0930.1@mori-yachts.example>',
        '<20260505.1105.2@mori-yachts.example>',
        '<20260508090909.GA4802@galwaysailing.example>',
        '<5c1f0a7e-anfrage@seebad-hotel.example>',
        '<A1.0421@sailcloth.example>',
        '<CAJ9-zusage-77@mail.hoffmann-privat.example>',
        '<F3B2.two-tenders@ferreira-charter.example>',
        '<catalogue-2026@lindqvist-boats.example>',
        '<ferry-refit-1@skargard-ferry.example>',
        '<hoshi-dates@lindqvist-boats.example>',
        '<hoshi-photos@lindqvist-boats.example>',
        '<quote-2026-114@lindqvist-boats.example>',
        '<re-tenders-1@lindqvist-boats.example>',
        '<re-vagen-1@lindqvist-boats.example>',
    ];

    private TestExchange $exchange;
    private Program $program;

    protected function setUp(): void
    {
        $this->exchange = TestExchange::withCompany();
        $this->program = new Program();
        $this->program->configure($this->exchange->url());
    }

    public function testCheckNamesServerRightsAndAddressFiles(): void
    {
        $result = $this->program->call('check', self::JONAS);

        self::assertSame(0, $result->code, $result->all());
        self::assertStringContainsString('addresses: 8', $result->output);
        self::assertStringContainsString("4 (users' addresses outside the domains: 1)", $result->output);
        self::assertMatchesRegularExpression('/Product +Exchange 2019/', $result->output);
        self::assertStringContainsString(self::JONAS, $result->output);
    }

    public function testExactlyTheMailOfContactsAndUsersIsStoredEachOnce(): void
    {
        $result = $this->sync();

        self::assertSame(15, $result['emails']);
        self::assertSame(1, $result['copies']);
        self::assertSame(self::COLLECTED, $this->program->column('SELECT message_id FROM emails ORDER BY message_id'));
        self::assertSame(['astrid@lindqvist-boats.example', self::JONAS], $this->program->column(
            'SELECT m.address FROM copies c JOIN mailboxes m ON m.id = c.mailbox_id JOIN emails e ON e.id = c.email_id'
            . " WHERE e.message_id = '<F3B2.two-tenders@ferreira-charter.example>' ORDER BY m.address"
        ));
    }

    public function testDifferentMailWithOneMessageIdIsStoredEach(): void
    {
        $this->sync();
        foreach (['Order 1001', 'Complaint about order 1001'] as $subject) {
            $letter = str_replace('Subject: ', "Subject: $subject, ", $this->letter('<0@shop.mori-yachts.example>'));
            $this->exchange->deliver(self::JONAS, 'inbox', $letter);
            $this->exchange->deliver('astrid@lindqvist-boats.example', 'inbox', $letter);
        }

        $result = $this->sync();

        self::assertSame([2, 2], [$result['emails'], $result['copies']]);
        self::assertSame([2], $this->program->column(
            "SELECT count(*) FROM emails WHERE message_id = '<0@shop.mori-yachts.example>'"
        ));
    }

    public function testCheckTellsHowManyRowsHoldNoAddress(): void
    {
        $contacts = $this->program->write('people.csv', "email,id\n'k.mori@mori-yachts.example',1\nnobody at all,2\n");
        $this->program->configure($this->exchange->url(), ['contacts' => $contacts]);

        $result = $this->program->call('check', self::JONAS);

        self::assertStringContainsString('(rows that hold no e-mail address: 1)', $result->output);
    }

    public function testASecondRunStoresNothingAgain(): void
    {
        $this->sync();

        $again = $this->sync();

        self::assertSame([0, 0, 0, 0], [$again['emails'], $again['copies'], $again['moved'], $again['gone']]);
        self::assertSame([16], $this->program->column('SELECT count(*) FROM copies'));
    }

    public function testHeadersBodiesAndAttachmentsAreStoredAsTheSenderWroteThem(): void
    {
        $this->sync();

        self::assertSame(
            ['Anfrage: sechs Ruderboote für die Sommersaison'],
            $this->program->column("SELECT subject FROM emails WHERE message_id LIKE '<5c1f0a7e%'")
        );
        self::assertSame(['星号の修理について'], $this->program->column("SELECT subject FROM emails WHERE message_id LIKE '<20260424%'"));
        self::assertStringContainsString('möglichst aus Lärche', $this->body('<5c1f0a7e%', 'text'));
        self::assertStringContainsString('田中様', $this->body('<20260424%', 'text'));
        self::assertStringContainsString('<img src="cid:berth@ferreira-charter.example"', $this->body('<F3B2%', 'html'));
        self::assertSame(
            ['Angebot-2026-114.pdf', 'Preisliste März.csv', 'Preços 2026.csv', 'Pump delivery.eml', 'drawing.png', 'survey-saoirse.pdf'],
            $this->program->column('SELECT file_name FROM attachments WHERE is_inline = 0 ORDER BY file_name')
        );
        self::assertSame(
            ['berth@ferreira-charter.example', 'lift1', 'logo'],
            $this->program->column('SELECT content_id FROM attachments WHERE is_inline = 1 ORDER BY content_id')
        );
        $picture = $this->program->column("SELECT content FROM attachments WHERE file_name = 'berth.png'")[0];
        self::assertSame(strlen($picture), $this->program->column("SELECT size FROM attachments WHERE file_name = 'berth.png'")[0]);
        self::assertSame([64, 40], array_slice(getimagesizefromstring($picture), 0, 2));
        self::assertSame(
            ['["<5c1f0a7e-anfrage@seebad-hotel.example>","<quote-2026-114@lindqvist-boats.example>"]'],
            $this->program->column("SELECT refs FROM emails WHERE message_id LIKE '<CAJ9%'")
        );
        self::assertSame(['high'], $this->program->column("SELECT importance FROM emails WHERE message_id LIKE '<F3B2%'"));
        self::assertSame(
            ['2026-03-02T07:41:07Z'],
            $this->program->column("SELECT sent_at FROM emails WHERE message_id LIKE '<5c1f0a7e%'")
        );
    }

    public function testABlindRecipientOfSentMailIsKeptAndMatched(): void
    {
        $this->sync();

        self::assertSame(
            ['ingrid.nystrom@skargard-ferry.example'],
            $this->program->column(
                'SELECT r.email FROM recipients r JOIN emails e ON e.id = r.email_id'
                . " WHERE r.role = 'bcc' AND e.message_id LIKE '<catalogue%'"
            )
        );
        $history = $this->program->call('activities', 'ingrid.nystrom@skargard-ferry.example', '--json')->json();
        self::assertContains('Summer catalogue and open day on 25 April', array_column($history['activities'], 'subject'));
    }

    public function testAContactsHistoryHasAllItsAddresses(): void
    {
        $this->sync();

        $history = $this->program->call('activities', 'Clara.Hoffmann@Seebad-Hotel.example', '--json')->json();
        $table = $this->program->call('activities', 'clara@hoffmann-privat.example')->output;

        self::assertSame(['contact', 1], [$history['kind'], $history['id']]);
        self::assertSame(
            ['outgoing', 'incoming', 'outgoing', 'incoming'],
            array_column($history['activities'], 'direction')
        );
        self::assertSame('Clara Hoffmann <clara@hoffmann-privat.example>', $history['activities'][1]['from']);
        self::assertSame(['Angebot-2026-114.pdf'], $history['activities'][2]['attachments']);
        self::assertStringContainsString('| 2026-03-02 07:41 | incoming  | Clara Hoffmann', $table);
        self::assertStringContainsString('4 of 4 e-mails of contact 1.', $table);
    }

    public function testNewMailIsAllThatASecondRunBrings(): void
    {
        $this->sync();
        $this->exchange->deliver(self::JONAS, 'inbox', file_get_contents(self::LATER . '/order.eml'));
        $this->exchange->deliver(self::JONAS, 'inbox', file_get_contents(self::LATER . '/newsletter.eml'));
        $this->exchange->deliver(self::JONAS, 'sentitems', file_get_contents(self::LATER . '/order-confirmed.eml'));

        $second = $this->sync();

        self::assertSame([2, 0], [$second['emails'], $second['copies']]);
        self::assertLessThanOrEqual(3, $second['seen']);
        self::assertSame(
            ['<ack-31@lindqvist-boats.example>', '<bestellung-2026-31@seebad-hotel.example>'],
            $this->program->column("SELECT message_id FROM emails WHERE sent_at > '2026-05-09' ORDER BY message_id")
        );
    }

    /**
     * @dataProvider moves
     */
    public function testAMovedMessageChangesItsFolderAndStaysOneCopy(string $message, string $to, string $folder): void
    {
        $this->sync();
        $this->exchange->control(['command' => 'move', 'mailbox' => self::JONAS, 'item' => $message, 'to' => $to]);

        $second = $this->sync();

        self::assertSame([0, 0, 1, 0], [$second['emails'], $second['copies'], $second['moved'], $second['gone']]);
        self::assertSame([$folder], $this->column('f.name', $message));
        self::assertSame([0], $this->column('c.is_gone', $message));
    }

    /**
     * The engine tells removal and arrival in the order of the folders: once this way, once the other.
     */
    public static function moves(): iterable
    {
        yield 'into a sub-folder' => ['<5c1f0a7e-anfrage@seebad-hotel.example>', 'inbox/Customers', 'Customers'];
        yield 'out of a sub-folder' => ['<CAJ9-zusage-77@mail.hoffmann-privat.example>', 'inbox', 'Inbox'];
    }

    public function testAMessageDeletedOnTheServerStaysStored(): void
    {
        $this->sync();
        $this->exchange->control([
            'command' => 'delete',
            'mailbox' => self::JONAS,
            'item' => '<5c1f0a7e-anfrage@seebad-hotel.example>',
        ]);

        $second = $this->sync();

        self::assertSame(1, $second['gone']);
        self::assertSame([1], $this->column('c.is_gone', '<5c1f0a7e%'));
        self::assertStringContainsString('Ruderboote', $this->program->call('activities', 'clara@hoffmann-privat.example')->output);
    }

    public function testAReadFlagFollows(): void
    {
        $this->sync();
        $survey = '<20260320163041.GA4711@galwaysailing.example>';
        self::assertSame([0], $this->column('c.is_read', $survey));
        $this->exchange->control(['command' => 'mark_read', 'mailbox' => self::JONAS, 'item' => $survey, 'read' => true]);

        $second = $this->sync();

        self::assertSame(1, $second['read_flags']);
        self::assertSame([1], $this->column('c.is_read', $survey));
    }

    public function testALostCheckpointCostsTimeButMakesNoDuplicate(): void
    {
        $this->sync();
        $this->program->database()->exec("UPDATE folders SET checkpoint = CASE id % 2 WHEN 0 THEN 'nonsense' END");

        $second = $this->sync();

        self::assertSame([0, 0], [$second['emails'], $second['copies']]);
        self::assertSame([16], $this->program->column('SELECT count(*) FROM copies'));
    }

    /**
     * @dataProvider waysToLoseAFolder
     *
     * @param array<string, string> $command
     */
    public function testCopiesInAFolderThatIsGoneAreGoneAndTheirMailStays(array $command): void
    {
        $this->exchange->control(['command' => 'create_folder', 'mailbox' => self::JONAS, 'folder' => 'inbox/Old']);
        $this->exchange->deliver(self::JONAS, 'inbox/Old', $this->letter('<old@mori-yachts.example>'));
        self::assertSame(16, $this->sync()['emails']);

        $this->exchange->control($command + ['mailbox' => self::JONAS, 'folder' => 'inbox/Old']);
        $result = $this->sync();

        self::assertSame([0, 1], [$result['emails'], $result['gone']]);
        self::assertSame([1], $this->program->column(
            "SELECT c.is_gone FROM copies c JOIN emails e ON e.id = c.email_id WHERE e.message_id = '<old@mori-yachts.example>'"
        ));
        self::assertSame([], $this->program->column("SELECT path FROM folders WHERE name = 'Old'"));
        self::assertSame(0, $this->sync()['gone']);
    }

    public static function waysToLoseAFolder(): iterable
    {
        yield 'deleted' => [['command' => 'delete_folder']];
        yield 'thrown away' => [['command' => 'move_folder', 'to' => 'deleteditems']];
    }

    public function testWhatVanishedWhileTheSyncStateWasLostIsGone(): void
    {
        $item = $this->exchange->deliver(self::JONAS, 'inbox', $this->letter('<vanished@mori-yachts.example>'));
        $this->sync();
        $this->exchange->control(['command' => 'delete', 'mailbox' => self::JONAS, 'item' => $item]);
        $this->exchange->control(['command' => 'expire_sync_states', 'mailbox' => self::JONAS]);

        $result = $this->sync();

        self::assertSame([0, 1], [$result['emails'], $result['gone']]);
        self::assertSame(['<vanished@mori-yachts.example>'], $this->program->column(
            'SELECT e.message_id FROM emails e JOIN copies c ON c.email_id = e.id WHERE c.is_gone = 1'
        ));
    }

    private function letter(string $messageId): string
    {
        return "From: Mori Yachts <k.mori@mori-yachts.example>\r\nTo: " . self::JONAS . "\r\nSubject: x\r\nMessage-ID: $messageId\r\n"
            . "Date: Mon, 2 Mar 2026 09:30:00 +0000\r\n\r\nx\r\n";
    }

    public function testADryRunCountsButStoresNothing(): void
    {
        $dry = $this->program->call('sync', '--dry-run', '--json');

        self::assertSame(0, $dry->code, $dry->all());
        self::assertSame([15, 1], [$dry->json()['emails'], $dry->json()['copies']]);
        self::assertSame(['exchange-sync.yaml'], array_values(array_diff(scandir($this->program->folder), ['.', '..'])));

        $this->sync();
        $checkpoints = $this->program->column('SELECT checkpoint FROM folders ORDER BY id');
        $this->exchange->deliver(self::JONAS, 'inbox', file_get_contents(self::LATER . '/order.eml'));
        self::assertSame(1, $this->program->call('sync', '--dry-run', '--json')->json()['emails']);
        self::assertSame($checkpoints, $this->program->column('SELECT checkpoint FROM folders ORDER BY id'));
    }

    public function testEarlierMailOfANewContactIsFoundBySearch(): void
    {
        $contacts = $this->program->write('contacts.csv', "email,id\ntomas@ferreira-charter.example,2\n");
        $this->program->configure($this->exchange->url(), ['contacts' => $contacts]);
        self::assertSame(3, $this->sync()['emails']);
        $this->program->write('contacts.csv', "email,id\ntomas@ferreira-charter.example,2\nsam.okafor@sailcloth.example,6\n");
        self::assertSame(0, $this->sync()['emails']);

        $search = $this->program->call('search', 'sam.okafor@sailcloth.example', '--json');

        self::assertSame(0, $search->code, $search->all());
        self::assertSame(1, $search->json()['emails']);
        self::assertSame(0, $this->sync()['emails']);
    }

    public function testStatusShowsMailboxesWithoutTheExtension(): void
    {
        self::assertStringContainsString('Nothing is stored yet', $this->program->callWithoutExtension('status')->output);
        $this->sync();

        $status = $this->program->callWithoutExtension('status', '--json')->json();

        self::assertSame([15, 16, 6, 0], [$status['emails'], $status['copies'], $status['attachments'], $status['skipped']]);
        self::assertSame([5, 7, 4, 0], array_column($status['mailboxes'], 'emails'));
        self::assertNotContains(null, array_column($status['mailboxes'], 'completed'));
    }

    /**
     * @return array<string, mixed>
     */
    private function sync(): array
    {
        $result = $this->program->call('sync', '--json');
        self::assertSame(0, $result->code, $result->all());

        return $result->json();
    }

    private function body(string $messageId, string $column): string
    {
        return $this->program->column(
            "SELECT b.$column FROM bodies b JOIN emails e ON e.id = b.email_id WHERE e.message_id LIKE '$messageId'"
        )[0];
    }

    /**
     * @return list<mixed>
     */
    private function column(string $column, string $messageId): array
    {
        return $this->program->column(
            "SELECT $column FROM copies c JOIN emails e ON e.id = c.email_id LEFT JOIN folders f ON f.id = c.folder_id"
            . " WHERE e.message_id LIKE '$messageId'"
        );
    }
}
