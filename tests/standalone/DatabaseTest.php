<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Standalone;

use ExchangeMail\Standalone\Storage\Database;
use ExchangeMail\Standalone\Storage\DatabaseProblem;
use ExchangeMail\Tests\Standalone\Support\Program;
use PHPUnit\Framework\TestCase;

final class DatabaseTest extends TestCase
{
    public function testANewDatabaseIsReadableForItsOwnerOnly(): void
    {
        $program = new Program();

        Database::open("{$program->folder}/mail.sqlite");

        self::assertSame(0600, fileperms("{$program->folder}/mail.sqlite") & 0777);
    }

    public function testADatabaseIsOpenedAgainWithWhatItHolds(): void
    {
        $program = new Program();
        $path = "{$program->folder}/mail.sqlite";
        Database::open($path)->run('INSERT INTO mailboxes (address) VALUES (?)', ['jane@example.com']);

        self::assertSame('jane@example.com', Database::open($path)->value('SELECT address FROM mailboxes'));
        self::assertSame('jane@example.com', Database::openToRead($path)?->value('SELECT address FROM mailboxes'));
    }

    public function testReadingMakesNoFileAndWritesNothing(): void
    {
        $program = new Program();
        $path = "{$program->folder}/mail.sqlite";

        self::assertNull(Database::openToRead($path));
        self::assertFileDoesNotExist($path);

        Database::open($path);
        $this->expectException(DatabaseProblem::class);
        Database::openToRead($path)?->run('DELETE FROM mailboxes');
    }

    public function testAnotherProgramsDatabaseIsRefusedAndLeftAsItIs(): void
    {
        $program = new Program();
        $path = "{$program->folder}/mail.sqlite";
        (new \PDO("sqlite:$path"))->exec('CREATE TABLE theirs (id INTEGER)');
        try {
            Database::open($path);
            self::fail('accepted');
        } catch (DatabaseProblem $e) {
            self::assertStringContainsString("another program's", $e->getMessage());
        }
        self::assertSame(['theirs'], $program->column('SELECT name FROM sqlite_schema'));
    }

    public function testAFileThatIsNoDatabaseIsRefused(): void
    {
        $program = new Program();
        $path = $program->write('mail.sqlite', str_repeat('This is a letter. ', 100));
        $this->expectException(DatabaseProblem::class);
        $this->expectExceptionMessage($path);

        Database::open($path);
    }

    public function testAnEarlierProgramsDatabaseIsBroughtUpToDate(): void
    {
        $program = new Program();
        $path = "{$program->folder}/mail.sqlite";
        $database = Database::open($path);
        $columns = $program->column("SELECT m.name || '.' || c.name FROM sqlite_schema m, pragma_table_info(m.name) c ORDER BY 1");
        $database->run('ALTER TABLE copies DROP COLUMN is_seen');
        $database->run('ALTER TABLE mailboxes DROP COLUMN retry_at');
        $database->run('ALTER TABLE emails DROP COLUMN message_id');
        $database->run('ALTER TABLE emails RENAME COLUMN identity TO message_id');
        $database->run(
            'INSERT INTO emails (message_id, direction, subject, from_email, sent_at, received_at, importance, item_class, size, refs)'
            . " VALUES ('<a@b>', 'incoming', 'x', 'C@d', '2026-03-02T09:30:00Z', '', '', '', 0, '[]')"
        );
        $database->run('PRAGMA user_version = 1');
        unset($database);

        self::assertNull(Database::openToRead($path)?->value('SELECT max(retry_at) FROM mailboxes'));
        self::assertSame(["<a@b>\n2026-03-02T09:30:00Z\nc@d\nx"], $program->column('SELECT identity FROM emails'));
        self::assertSame(['<a@b>'], $program->column('SELECT message_id FROM emails'));
        self::assertSame(
            $columns,
            $program->column("SELECT m.name || '.' || c.name FROM sqlite_schema m, pragma_table_info(m.name) c ORDER BY 1")
        );
    }

    public function testANewerProgramsDatabaseIsRefused(): void
    {
        $program = new Program();
        $path = "{$program->folder}/mail.sqlite";
        Database::open($path)->run('PRAGMA user_version = 99');
        $this->expectException(DatabaseProblem::class);
        $this->expectExceptionMessage('newer exchange-sync');

        Database::open($path);
    }

    public function testAFolderThatIsNotThereIsNamed(): void
    {
        $this->expectException(DatabaseProblem::class);
        $this->expectExceptionMessage('/nowhere/mail.sqlite');

        Database::open('/nowhere/mail.sqlite');
    }

    public function testATransactionIsStoredWholeOrNotAtAll(): void
    {
        $program = new Program();
        $database = Database::open("{$program->folder}/mail.sqlite");
        try {
            $database->transaction(static function () use ($database): void {
                $database->run('INSERT INTO mailboxes (address) VALUES (?)', ['jane@example.com']);
                throw new \LogicException('in the middle');
            });
            self::fail('no exception');
        } catch (\LogicException $e) {
            self::assertSame('in the middle', $e->getMessage());
        }

        self::assertSame(0, $database->value('SELECT count(*) FROM mailboxes'));
        self::assertSame(1, $database->transaction(static fn (): int => 1), 'the next transaction begins');
    }

    public function testBytesComeBackAsTheyWere(): void
    {
        $program = new Program();
        $database = Database::open("{$program->folder}/mail.sqlite");
        $database->run(
            'INSERT INTO emails (id, identity, message_id, direction, subject, from_email, sent_at, received_at, importance, item_class, size, refs)'
            . " VALUES (1, 'a', '<a@b>', 'incoming', '', 'a@b', '', '', 'normal', 'IPM.Note', 1, '[]')"
        );
        $bytes = "\0\xFF'" . random_bytes(500);

        $database->runWithBytes(
            'INSERT INTO attachments (email_id, file_name, content_type, content_id, is_inline, size, content)'
            . ' VALUES (?, ?, ?, ?, ?, ?, ?)',
            [1, 'a.bin', 'application/octet-stream', null, 0, 503],
            $bytes
        );

        self::assertSame($bytes, $database->value('SELECT content FROM attachments'));
        self::assertSame('blob', $database->value('SELECT typeof(content) FROM attachments'));
        self::assertSame('null', $database->value('SELECT typeof(content_id) FROM attachments'));
    }
}
