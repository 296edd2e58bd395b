<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Oro;

use ExchangeMail\Tests\Extension\ExchangeServer;
use ExchangeMail\Tests\Oro\Support\OroTestCase;

/**
 * What goes wrong while mail is stored is said, tried again, and loses nothing.
 */
final class StoringTroubleTest extends OroTestCase
{
    private const DOMAIN = 'trouble.example';

    private static ExchangeServer $server;

    public static function setUpBeforeClass(): void
    {
        parent::setUpBeforeClass();
        self::$server = self::company(self::DOMAIN);
    }

    protected function tearDown(): void
    {
        self::$oro->execute(
            self::$oro->isPostgres()
                ? 'DROP TRIGGER IF EXISTS refuse_mail ON oro_email'
                : 'DROP TRIGGER IF EXISTS refuse_mail'
        );
    }

    public function testAttachmentsAreLinkedToTheContactWhereItsEntityLinksThem(): void
    {
        self::$oro->inside('link_attachments', ['on' => true]);
        // what Oro's page "Update schema" runs
        $update = self::$oro->console('oro:entity-extend:update', [], 600);
        self::assertSame(0, $update->code, $update->output);
        $before = (int)self::$oro->value('SELECT COUNT(*) FROM oro_attachment');

        self::deliver(self::$server, self::DOMAIN, 'With a file', implode("\r\n", [
            'From: Carl Customer <carl@customer-of.' . self::DOMAIN . '>',
            'To: <jane@' . self::DOMAIN . '>',
            'Subject: With a file',
            'Message-ID: <with-a-file@' . self::DOMAIN . '>',
            'Date: ' . date(\DATE_RFC2822),
            'MIME-Version: 1.0',
            'Content-Type: multipart/mixed; boundary=x',
            '',
            '--x',
            'Content-Type: text/plain; charset=utf-8',
            '',
            'See the file.',
            '--x',
            'Content-Type: application/pdf; name="offer.pdf"',
            'Content-Disposition: attachment; filename="offer.pdf"',
            '',
            '%PDF-1.4',
            '--x--',
            '',
        ]));
        self::tick();

        self::assertSame(1, self::collected('With a file'));
        self::assertSame($before + 1, (int)self::$oro->value('SELECT COUNT(*) FROM oro_attachment'));
    }

    public function testOneMailThatTheDatabaseRefusesIsListedTriedAgainAndThenCollected(): void
    {
        $this->refuse('Refused alone');
        self::deliver(self::$server, self::DOMAIN, 'Refused alone');
        self::deliver(self::$server, self::DOMAIN, 'Beside the refused');
        self::tick();

        self::assertSame(1, self::collected('Beside the refused'));
        self::assertSame(0, self::collected('Refused alone'));
        $status = self::$oro->console('oro:exchange:status')->output;
        self::assertStringContainsString('jane@' . self::DOMAIN, $status);
        $failed = self::$oro->rows(
            'SELECT f.id, f.attempts, f.reason FROM exchange_mail_failed_item f JOIN oro_email_origin o ON o.id = f.origin_id'
            . ' WHERE o.mailbox_name = ?',
            ['jane@' . self::DOMAIN]
        );
        self::assertCount(1, $failed);
        self::assertNotSame('', $failed[0]['reason']);

        $this->tearDown();
        self::$oro->execute("UPDATE exchange_mail_failed_item SET next_try_at = '2020-01-01 00:00:00'");
        self::tick();

        self::assertSame(1, self::collected('Refused alone'));
        self::assertSame('0', (string)self::$oro->value(
            'SELECT COUNT(*) FROM exchange_mail_failed_item f JOIN oro_email_origin o ON o.id = f.origin_id WHERE o.mailbox_name = ?',
            ['jane@' . self::DOMAIN]
        ));
    }

    public function testAFaultThatAllMailSharesStopsTheMailboxAndLosesNothing(): void
    {
        $this->refuse('All of them');
        for ($number = 1; $number <= 8; ++$number) {
            self::deliver(self::$server, self::DOMAIN, "All of them $number");
        }
        self::tick();

        $like = "SELECT COUNT(*) FROM oro_email WHERE subject LIKE 'All of them %'";
        self::assertSame('0', (string)self::$oro->value($like));
        $status = self::$oro->console('oro:exchange:status');
        self::assertSame(1, $status->code, $status->output);

        $this->tearDown();
        self::$oro->execute('UPDATE oro_email_origin SET exchange_next_run_at = NULL');
        self::tick();

        self::assertSame('8', (string)self::$oro->value($like));
    }

    /**
     * The database refuses mail whose subject begins so.
     */
    private function refuse(string $subject): void
    {
        if (self::$oro->isPostgres()) {
            self::$oro->execute(
                'CREATE OR REPLACE FUNCTION refuse_mail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN'
                . " IF NEW.subject LIKE '$subject%' THEN RAISE EXCEPTION 'refused' USING ERRCODE = '23514'; END IF;"
                . ' RETURN NEW; END $$'
            );
            self::$oro->execute('CREATE TRIGGER refuse_mail BEFORE INSERT ON oro_email FOR EACH ROW EXECUTE FUNCTION refuse_mail()');
        } else {
            self::$oro->execute(
                "CREATE TRIGGER refuse_mail BEFORE INSERT ON oro_email FOR EACH ROW IF NEW.subject LIKE '$subject%' THEN"
                . " SIGNAL SQLSTATE '23000' SET MESSAGE_TEXT = 'refused'; END IF"
            );
        }
    }
}
