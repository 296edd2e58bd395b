<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Command;

use ExchangeMail\Engine\Extension;
use ExchangeMail\Standalone\ExitCode;
use ExchangeMail\Standalone\Output\WatchText;
use ExchangeMail\Standalone\Storage\Database;
use ExchangeMail\Standalone\Synchronization\MailboxWatch;
use ExchangeMail\Standalone\Synchronization\RunLock;
use ExchangeMail\Standalone\Synchronization\StopSignal;
use ExchangeMail\Standalone\Synchronization\WatchIntervals;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Output\ConsoleOutputInterface;
use Symfony\Component\Console\Output\OutputInterface;

/**
 * Brings new mail as it arrives, until Ctrl-C.
 */
final class WatchCommand extends HostCommand
{
    public function __construct(private readonly WatchIntervals $intervals = new WatchIntervals())
    {
        parent::__construct();
    }

    protected function configure(): void
    {
        parent::configure();
        $this->setName('watch')
            ->setDescription('Reads the mailboxes, then each one again as soon as the server tells of news, until Ctrl-C');
    }

    protected function execute(InputInterface $input, OutputInterface $output): int
    {
        Extension::requireLoaded();
        $stop = StopSignal::listen();
        $configuration = $this->configuration($input);
        $engine = $configuration->engine();
        $text = new WatchText($output, $output instanceof ConsoleOutputInterface ? $output->getErrorOutput() : $output);
        RunLock::during(
            $configuration->database,
            fn (Database $database) => (new MailboxWatch($engine, $configuration, $database, $stop, $text, $this->intervals))->run()
        );

        return ExitCode::MAILBOX_FAILED;
    }
}
