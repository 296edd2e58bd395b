<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing;

use ExchangeMail\Bundle\Command\Cron\ExchangeSyncCommand;
use ExchangeMail\Bundle\Engine\Readiness;
use ExchangeMail\Bundle\EventListener\SwitchedOffCronListener;
use ExchangeMail\Bundle\Manager\OriginSynchronizer;
use ExchangeMail\Bundle\Settings\SettingsProvider;
use ExchangeMail\Tests\Bundle\Storing\Host\Blank;
use ExchangeMail\Tests\Bundle\Storing\Host\Mail;
use ExchangeSync\Batch;
use ExchangeSync\ConnectionException;
use ExchangeSync\Failure;
use ExchangeSync\ImpersonationException;
use Oro\Bundle\SecurityBundle\Encoder\SymmetricCrypterInterface;
use Symfony\Component\Console\Event\ConsoleCommandEvent;
use Symfony\Component\Console\Input\ArrayInput;
use Symfony\Component\Console\Output\BufferedOutput;
use Symfony\Component\Console\Tester\CommandTester;

final class ExchangeSyncCommandTest extends OroTestCase
{
    private bool $isSwitchedOn = true;

    /** @var list<string> */
    private array $faults = [];

    public function testItKeepsTheConventionsOfOrosCron(): void
    {
        $command = $this->command();
        self::assertSame('oro:cron:exchange-sync', $command->getName());
        self::assertSame('*/1 * * * *', $command->getDefaultDefinition());
        self::assertTrue($command->isActive());
        foreach (['max-concurrent-tasks', 'min-exec-interval', 'max-exec-time', 'max-tasks', 'id', 'force'] as $option) {
            self::assertTrue($command->getDefinition()->hasOption($option), $option);
        }
        $this->isSwitchedOn = false;
        self::assertFalse($command->isActive(), 'oro:cron leaves it out');
    }

    public function testWithoutOptionsTheMailboxesGoToTheQueue(): void
    {
        $this->mailbox($this->janeId, false);
        $tester = $this->execute([]);

        self::assertSame(0, $tester->getStatusCode());
        self::assertStringContainsString('1 mailbox(es) sent', $tester->getDisplay());
        self::assertSame([], $this->engine->mailboxes);
        self::assertSame('exchange_mail.sync_mailboxes', $this->oro->producer->messages[0][0]);
    }

    public function testInTheForegroundItSaysWhatWasReadAndWhatNot(): void
    {
        $jane = $this->mailbox($this->janeId, false);
        $this->mailbox($this->johnId, false);
        $this->engine->batches['jane@example.com'] = [
            new Batch('jane@example.com', Mail::inbox(), [Mail::message()], seen: 12, done: true),
        ];
        $this->engine->batches['john@example.com'] = [new Batch(
            'john@example.com',
            failure: new Failure(ImpersonationException::class, 'ErrorImpersonateUserDenied', 'Denied.', 'Grant it.'),
            done: true
        )];
        $tester = $this->execute(['--foreground' => true, '--max-concurrent-tasks' => '3']);

        self::assertSame(1, $tester->getStatusCode());
        self::assertStringContainsString('2 mailbox(es) read, 12 message(s) looked at, 1 stored, 0 skipped.', $tester->getDisplay());
        self::assertStringContainsString(
            'john@example.com: Denied. The server answered ErrorImpersonateUserDenied. Grant it.',
            $tester->getDisplay()
        );
        self::assertSame(3, $this->engine->concurrency);

        $tester = $this->execute(['--id' => [(string)$jane], '--force' => true]);
        self::assertSame(0, $tester->getStatusCode());
    }

    public function testForceNeedsAMailbox(): void
    {
        $this->mailbox($this->janeId, false);
        $tester = $this->execute(['--force' => true]);
        self::assertSame(2, $tester->getStatusCode());
        self::assertStringContainsString('only for concrete email origins', $tester->getDisplay());
    }

    public function testAnErrorOfTheServerIsPrintedAndFailsTheCommand(): void
    {
        $this->mailbox($this->janeId, false);
        $this->engine->failure = new ConnectionException('The server does not answer. Check the server.');
        $tester = $this->execute(['--foreground' => true]);
        self::assertSame(1, $tester->getStatusCode());
        self::assertStringContainsString('The server does not answer. Check the server.', $tester->getDisplay());
    }

    public function testSwitchedOnAndNotReadyItSaysWhatToDoAndLogsIt(): void
    {
        $this->faults = ['Install the extension.'];
        self::assertTrue($this->command()->isActive());
        $tester = $this->execute([]);
        self::assertSame(1, $tester->getStatusCode());
        self::assertStringContainsString('Install the extension.', $tester->getDisplay());
        self::assertStringContainsString('Install the extension.', $this->services->logger->text());
    }

    public function testWhoStartsItByHandWhileSwitchedOffIsToldWhatToDo(): void
    {
        $this->isSwitchedOn = false;
        $this->faults = ['Switch it on.'];
        $output = new BufferedOutput();
        $event = new ConsoleCommandEvent($this->command(), new ArrayInput([]), $output);
        $listener = new SwitchedOffCronListener($this->readiness());
        $listener->onCommand($event);

        self::assertSame("Switch it on.\n", $output->fetch());
        self::assertFalse($event->commandShouldRun());
        self::assertTrue($event->isPropagationStopped(), 'Oro says only that it is disabled');

        $this->isSwitchedOn = true;
        $event = new ConsoleCommandEvent($this->command(), new ArrayInput([]), $output);
        $listener->onCommand($event);
        self::assertTrue($event->commandShouldRun());
    }

    private function readiness(): Readiness
    {
        return Blank::of(Readiness::class, [
            'isSwitchedOn' => fn (): bool => $this->isSwitchedOn,
            'getFaults' => fn (): array => $this->faults,
        ]);
    }

    private function command(): ExchangeSyncCommand
    {
        // in Oro's configuration Exchange is off, so mailboxes do not follow users here; see the tests of origins
        $origins = Blank::with(OriginSynchronizer::class, [
            'settingsProvider' => new SettingsProvider($this->oro->config, Blank::of(SymmetricCrypterInterface::class)),
        ]);

        return new ExchangeSyncCommand(
            $origins,
            $this->services->synchronizer,
            $this->services->lateSchedule,
            $this->services->queue,
            $this->readiness(),
            $this->services->logger
        );
    }

    /**
     * @param array<string, mixed> $input
     */
    private function execute(array $input): CommandTester
    {
        $tester = new CommandTester($this->command());
        $tester->execute($input);

        return $tester;
    }
}
