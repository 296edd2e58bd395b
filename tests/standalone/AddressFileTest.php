<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Standalone;

use ExchangeMail\Standalone\Configuration\Configuration;
use ExchangeMail\Standalone\Configuration\ConfigurationProblem;
use ExchangeMail\Standalone\Mailboxes\AddressFile;
use ExchangeMail\Standalone\Mailboxes\MailboxList;
use ExchangeMail\Tests\Standalone\Support\Program;
use PHPUnit\Framework\TestCase;

final class AddressFileTest extends TestCase
{
    /**
     * @dataProvider files
     */
    public function testWhatSpreadsheetsWriteIsRead(string $csv): void
    {
        $program = new Program();

        $rows = iterator_to_array(new AddressFile($program->write('a.csv', $csv)), false);

        self::assertSame([['anna@example.com', 1], ['Bo Ek <bo@example.com>', 22]], $rows);
    }

    public static function files(): iterable
    {
        yield 'plain' => ["email,id,name\nanna@example.com,1,Anna\nBo Ek <bo@example.com>,22,Bo\n"];
        yield 'other order, quotes, no last line end' => ["Id,Name,EMail\n1,\"Ek, A\",anna@example.com\n22,B,Bo Ek <bo@example.com>"];
        yield 'byte order mark, semicolons, CRLF' => ["\xEF\xBB\xBFemail;id\r\nanna@example.com;1\r\nBo Ek <bo@example.com>;22\r\n"];
        yield 'empty lines and contacts without an address' => ["email,id\n\nanna@example.com,1\n,5\nBo Ek <bo@example.com>,22\n"];
        yield 'a line break inside a name' => ["email,id,name\nanna@example.com,1,\"A\nB\"\nBo Ek <bo@example.com>,22,B\n"];
    }

    /**
     * @dataProvider mistakes
     */
    public function testAMistakeIsNamedWithFileAndRecord(string $csv, string $expected): void
    {
        $program = new Program();
        $this->expectException(ConfigurationProblem::class);
        $this->expectExceptionMessage($expected);

        iterator_to_array(new AddressFile($program->write('a.csv', $csv)));
    }

    public static function mistakes(): iterable
    {
        yield 'no columns' => ["anna@example.com,1\n", '/a.csv: the first line must name'];
        yield 'empty file' => ['', '/a.csv: the first line must name'];
        yield 'id that is no number' => ["email,id\nanna@example.com,1\nbo@example.com,x7\n", '/a.csv, record 3: the id'];
        yield 'id that is missing' => ["email,id\nanna@example.com\n", '/a.csv, record 2: the id'];
    }

    public function testAFileThatIsNotThereIsNamed(): void
    {
        $this->expectException(ConfigurationProblem::class);
        $this->expectExceptionMessage('/nowhere.csv cannot be read');

        iterator_to_array(new AddressFile('/nowhere.csv'));
    }

    public function testManyAddressesNeedNoMemory(): void
    {
        $program = new Program();
        $path = $program->write('a.csv', "email,id\n");
        $file = fopen($path, 'a');
        for ($n = 1; $n <= 200_000; $n++) {
            fwrite($file, "person$n@customer.example,$n\n");
        }
        fclose($file);
        $before = memory_get_usage();
        $most = 0;

        foreach (new AddressFile($path) as $count => [$email, $id]) {
            $most = max($most, memory_get_usage() - $before);
        }

        self::assertSame('person200000@customer.example', $email);
        self::assertLessThan(100_000, $most);
    }

    public function testMailboxesAreTheUsersOfTheDomainsEachOnce(): void
    {
        $program = new Program();
        $users = "email,id\nJane@Example.com,1\njane@example.com,1\nJane <jane@private.example>,1\nBo <bo@example.com>,2\n";
        $configuration = $this->configuration($program->write('users.csv', $users), []);

        $list = MailboxList::of($configuration);

        self::assertSame(['jane@example.com', 'bo@example.com'], $list->addresses);
        self::assertSame(1, $list->outside);
    }

    public function testMailboxesOfTheConfigurationGoBeforeTheUsers(): void
    {
        $list = MailboxList::of($this->configuration('/nowhere.csv', ['sales@example.com', 'sales@example.com']));

        self::assertSame(['sales@example.com'], $list->addresses);
    }

    public function testNoMailboxAtAllIsAnError(): void
    {
        $program = new Program();
        $configuration = $this->configuration($program->write('users.csv', "email,id\njane@else.example,1\n"), []);
        $this->expectException(ConfigurationProblem::class);
        $this->expectExceptionMessage('belongs to the domains example.com');

        MailboxList::of($configuration)->requireAny($configuration);
    }

    /**
     * @param list<string> $mailboxes
     */
    private function configuration(string $users, array $mailboxes): Configuration
    {
        return new Configuration([], ['example.com'], '', $users, '', $mailboxes);
    }
}
