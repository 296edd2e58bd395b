<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Standalone;

use ExchangeMail\Standalone\ExitCode;
use ExchangeMail\Tests\Standalone\Support\Program;
use ExchangeMail\Tests\Standalone\Support\TestExchange;
use PHPUnit\Framework\TestCase;

/**
 * What an administrator does wrong, or the server refuses: each has its own message with a remedy, and its exit code.
 */
final class FailureTest extends TestCase
{
    private const JONAS = 'jonas@lindqvist-boats.example';
    private const MEI = 'mei@lindqvist-boats.example';

    private ?TestExchange $exchange = null;
    private Program $program;

    protected function setUp(): void
    {
        $this->program = new Program();
    }

    public function testAMissingExtensionIsSaidWithHowToBuildAndLoadIt(): void
    {
        $this->program->configure('localhost');

        $result = $this->program->callWithoutExtension('sync');

        self::assertSame(ExitCode::INSTALLATION, $result->code);
        self::assertStringContainsString('extension exchange_sync is not loaded', $result->errors);
        self::assertMatchesRegularExpression('~php -d extension=/.+/libexchange_sync\.so~', $result->errors);
    }

    public function testAWrongPasswordIsSaidAndNeverPrinted(): void
    {
        $this->company();
        $this->program->configure($this->exchange->url(), ['password_file' => $this->program->write('secret', 'hunter2-wrong')]);

        foreach ([['check'], ['check', '-vvv'], ['sync', '-vvv']] as $arguments) {
            $result = $this->program->call(...$arguments);

            self::assertContains($result->code, [ExitCode::SERVER, ExitCode::MAILBOX_FAILED], $result->all());
            self::assertStringContainsString('password', $result->errors);
            self::assertStringNotContainsString('hunter2', $result->all());
            self::assertStringNotContainsString(base64_encode('svc:hunter2-wrong'), $result->all());
        }
    }

    public function testEqualFailuresOfManyMailboxesAreOneMessage(): void
    {
        $this->company();
        $this->program->configure($this->exchange->url(), ['password_file' => $this->program->write('secret', 'wrong')]);

        $result = $this->program->call('sync');

        self::assertSame(1, substr_count($result->errors, "refused the login 'svc'"), $result->errors);
        self::assertStringContainsString(self::JONAS, $result->errors);
        self::assertStringContainsString('Mailboxes not read to the end: 4.', $result->errors);
    }

    public function testAnUnknownHostIsNamed(): void
    {
        $this->program->configure('https://no-such-host.invalid/EWS/Exchange.asmx');

        $result = $this->program->call('check');

        self::assertSame(ExitCode::SERVER, $result->code, $result->all());
        self::assertStringContainsString('no-such-host.invalid', $result->errors);
        self::assertStringContainsString('server', $result->errors);
    }

    public function testAPortThatNobodyListensToIsNamed(): void
    {
        $this->program->configure('http://127.0.0.1:9/EWS/Exchange.asmx');

        $result = $this->program->call('check');

        self::assertSame(ExitCode::SERVER, $result->code, $result->all());
        self::assertStringContainsString('127.0.0.1', $result->errors);
    }

    public function testHttpsWithTheCompanysOwnAuthorityWorksAndWithoutItIsRefused(): void
    {
        $this->company('--tls', $this->tls());
        $this->program->configure($this->exchange->url());
        $refused = $this->program->call('check');
        $this->program->configure($this->exchange->url(), ['ca_file' => 'tls/ca.pem']);
        $accepted = $this->program->call('sync', '--json');

        self::assertSame(ExitCode::SERVER, $refused->code, $refused->all());
        self::assertStringContainsString('ca_file', $refused->errors);
        self::assertSame(ExitCode::OK, $accepted->code, $accepted->all());
        self::assertSame(15, $accepted->json()['emails']);
    }

    public function testAnExpiredCertificateIsSaid(): void
    {
        $this->company('--tls', $this->tls(), '--certificate', 'expired');
        $this->program->configure($this->exchange->url(), ['ca_file' => 'tls/ca.pem']);

        $result = $this->program->call('check');

        self::assertSame(ExitCode::SERVER, $result->code, $result->all());
        self::assertStringContainsString('expired', $result->errors);
    }

    public function testALoginPageIsNotTakenForExchange(): void
    {
        $this->company();
        $this->program->configure($this->exchange->url());
        $this->exchange->control(['command' => 'fault', 'fault' => 'login_page', 'times' => 20]);

        $result = $this->program->call('check');

        self::assertSame(ExitCode::SERVER, $result->code, $result->all());
        self::assertStringContainsString('Exchange.asmx', $result->errors);
    }

    public function testAMailboxThatFailsIsListedAndTheOthersGoOn(): void
    {
        $this->company();
        $this->program->configure($this->exchange->url(), [
            'mailboxes' => ['gone@lindqvist-boats.example', self::JONAS, self::MEI],
        ]);

        $result = $this->program->call('sync');

        self::assertSame(ExitCode::MAILBOX_FAILED, $result->code, $result->all());
        self::assertStringContainsString('gone@lindqvist-boats.example: ', $result->errors);
        self::assertStringContainsString('ErrorNonExistentMailbox', $result->errors);
        self::assertStringContainsString('New e-mails: 11,', $result->output);
        self::assertStringContainsString('ErrorNonExistentMailbox', $this->program->callWithoutExtension('status')->output);

        $this->exchange->control(['command' => 'create_mailbox', 'mailbox' => 'gone@lindqvist-boats.example', 'name' => 'Back']);
        self::assertSame(ExitCode::OK, $this->program->call('sync')->code);
        self::assertStringNotContainsString('ErrorNonExistentMailbox', $this->program->callWithoutExtension('status')->output);
    }

    public function testAMailboxWithoutImpersonationRightIsListedAndTheOthersGoOn(): void
    {
        $this->company();
        $this->exchange->control([
            'command' => 'account',
            'login' => 'narrow',
            'password' => TestExchange::PASSWORD,
            'rights' => ['mailboxes' => [self::JONAS]],
        ]);
        $this->program->configure($this->exchange->url(), ['login' => 'narrow', 'mailboxes' => [self::MEI, self::JONAS]]);

        $result = $this->program->call('sync', '--json');

        self::assertSame(ExitCode::MAILBOX_FAILED, $result->code, $result->all());
        self::assertSame(7, $result->json()['emails']);
        self::assertSame([self::MEI], array_column($result->json()['failures'], 'mailbox'));
        self::assertStringContainsString('ApplicationImpersonation', $result->json()['failures'][0]['message']);
    }

    public function testABrokenMessageIsSkippedWithItsMailboxAndItemAndNothingElseIsLost(): void
    {
        $this->company();
        $item = $this->breakItem('ErrorContentConversionFailed');
        $this->program->configure($this->exchange->url());

        $result = $this->program->call('sync', '--json');

        self::assertSame(1, $result->json()['skipped'], $result->all());
        self::assertSame(14, $result->json()['emails']);
        $skipped = $this->program->callWithoutExtension('status', '--skipped', '--json')->json()['skipped_items'];
        self::assertSame([[self::JONAS, $item]], array_map(static fn (array $row) => [$row['mailbox'], $row['item']], $skipped));
    }

    public function testAMessageThatTheServerCannotGiveNowComesWithALaterRun(): void
    {
        $this->company();
        $this->breakItem('ErrorItemCorrupt');
        $this->program->configure($this->exchange->url());
        self::assertSame(14, $this->program->call('sync', '--json')->json()['emails']);
        $this->exchange->control(['command' => 'clear_faults']);

        self::assertSame(1, $this->program->call('sync', '--json')->json()['emails']);
    }

    public function testAWrongOptionOfTheEngineIsNamed(): void
    {
        $this->program->configure('localhost', ['options' => ['concurency' => 3]]);
        $unknown = $this->program->call('sync');
        $this->program->configure('localhost', ['domains' => []]);
        $empty = $this->program->call('sync');

        self::assertSame(ExitCode::CONFIGURATION, $unknown->code, $unknown->all());
        self::assertStringContainsString('concurency', $unknown->errors);
        self::assertSame(ExitCode::CONFIGURATION, $empty->code, $empty->all());
        self::assertStringContainsString('domains', $empty->errors);
    }

    public function testAWrongAddressFileIsNamedBeforeAnythingIsStored(): void
    {
        $this->company();
        $this->program->configure($this->exchange->url(), ['contacts' => $this->program->write('c.csv', "email,id\na@b.example,none\n")]);

        $result = $this->program->call('sync');

        self::assertSame(ExitCode::CONFIGURATION, $result->code, $result->all());
        self::assertStringContainsString('c.csv, record 2', $result->errors);
        self::assertSame([], $this->program->column('SELECT id FROM emails'));
    }

    public function testADatabaseThatCannotBeWrittenIsNamed(): void
    {
        $this->company();
        $this->program->configure($this->exchange->url(), ['database' => '/proc/mail.sqlite']);

        $result = $this->program->call('sync');

        self::assertSame(ExitCode::DATABASE, $result->code, $result->all());
        self::assertStringContainsString('/proc/mail.sqlite', $result->errors);
    }

    public function testACommandThatDoesNotExistIsAUsageError(): void
    {
        self::assertSame(ExitCode::CONFIGURATION, $this->program->call('frobnicate')->code);
    }

    private function company(string ...$arguments): void
    {
        $this->exchange = TestExchange::withCompany(...$arguments);
    }

    private function breakItem(string $code): string
    {
        $item = $this->exchange->control(['command' => 'items', 'mailbox' => self::JONAS, 'folder' => 'inbox'])['items'][0];
        $this->exchange->control([
            'command' => 'fault', 'fault' => 'item_code', 'code' => $code, 'items' => [$item],
            'operation' => 'GetItem', 'mailbox' => self::JONAS, 'times' => 1000,
        ]);

        return $item;
    }

    private function tls(): string
    {
        return "{$this->program->folder}/tls";
    }
}
