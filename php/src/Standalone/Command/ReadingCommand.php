<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Command;

use ExchangeMail\Engine\Extension;
use ExchangeMail\Standalone\ExitCode;
use ExchangeMail\Standalone\Mailboxes\AddressFiles;
use ExchangeMail\Standalone\Mailboxes\MailboxList;
use ExchangeMail\Standalone\Output\Json;
use ExchangeMail\Standalone\Output\Progress;
use ExchangeMail\Standalone\Output\SummaryText;
use ExchangeMail\Standalone\Storage\BatchSink;
use ExchangeMail\Standalone\Storage\BatchStore;
use ExchangeMail\Standalone\Storage\Database;
use ExchangeMail\Standalone\Storage\DryRun;
use ExchangeMail\Standalone\Synchronization\RunLock;
use ExchangeMail\Standalone\Synchronization\StopSignal;
use ExchangeMail\Standalone\Synchronization\Summary;
use ExchangeMail\Standalone\Synchronization\Synchronization;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Input\InputOption;
use Symfony\Component\Console\Output\ConsoleOutputInterface;
use Symfony\Component\Console\Output\OutputInterface;

/**
 * What sync and search share: reading the mailboxes and storing. Ctrl-C stops it after the current batch.
 */
abstract class ReadingCommand extends HostCommand
{
    /**
     * @return list<string> addresses to search earlier mail of; empty: read what is new
     */
    abstract protected function participants(InputInterface $input): array;

    protected function configure(): void
    {
        parent::configure();
        $this
            ->addOption('dry-run', null, InputOption::VALUE_NONE, 'Read and count, but store nothing')
            ->addOption('json', null, InputOption::VALUE_NONE, 'Print the result as JSON');
    }

    protected function execute(InputInterface $input, OutputInterface $output): int
    {
        Extension::requireLoaded();
        $stop = StopSignal::listen();
        $configuration = $this->configuration($input);
        $engine = $configuration->engine();
        $mailboxes = MailboxList::of($configuration);
        $mailboxes->requireAny($configuration);
        $participants = $this->participants($input);
        $dryRun = (bool) $input->getOption('dry-run');

        $error = $output instanceof ConsoleOutputInterface ? $output->getErrorOutput() : $output;
        $progress = new Progress($error, count($mailboxes));
        $run = static fn (BatchSink $sink): Summary => (new Synchronization($sink, $stop))
            ->run($engine, AddressFiles::book($configuration), $mailboxes->addresses, $participants, $progress);
        try {
            $summary = $dryRun
                ? $run(new DryRun(Database::openToRead($configuration->database)))
                : RunLock::during(
                    $configuration->database,
                    static fn (Database $database): Summary => $run(new BatchStore($database))
                );
        } finally {
            $progress->finish();
        }

        if ($input->getOption('json')) {
            Json::write($output, SummaryText::result($summary, count($mailboxes), $dryRun));
        } else {
            SummaryText::write($output, $error, $summary, count($mailboxes), $dryRun);
        }

        return match (true) {
            $summary->interrupted => ExitCode::INTERRUPTED,
            [] !== $summary->failures => ExitCode::MAILBOX_FAILED,
            default => ExitCode::OK,
        };
    }
}
