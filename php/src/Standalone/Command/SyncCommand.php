<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Command;

use ExchangeMail\Engine\Extension;
use ExchangeMail\Standalone\Configuration\Configuration;
use ExchangeMail\Standalone\ExitCode;
use ExchangeMail\Standalone\Mailboxes\MailboxList;
use ExchangeMail\Standalone\Output\Json;
use ExchangeMail\Standalone\Output\Progress;
use ExchangeMail\Standalone\Output\SummaryText;
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
 * Reads all mailboxes and stores what is new. Ctrl-C stops it after the current batch.
 */
final class SyncCommand extends HostCommand
{
    protected function configure(): void
    {
        parent::configure();
        $this->setName('sync')
            ->setDescription('Reads the mailboxes and stores the mail of contacts and users')
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
        $dryRun = (bool) $input->getOption('dry-run');

        $error = $output instanceof ConsoleOutputInterface ? $output->getErrorOutput() : $output;
        $progress = new Progress($error, count($mailboxes));
        $run = static fn ($sink): Summary => (new Synchronization($configuration, $sink, $stop))
            ->run($engine, $mailboxes->addresses, $progress);
        try {
            $summary = $dryRun
                ? $run(new DryRun(Database::openToRead($configuration->database)))
                : $this->alone($configuration, static fn (Database $database): Summary => $run(new BatchStore($database)));
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

    /**
     * @param callable(Database): Summary $work
     */
    private function alone(Configuration $configuration, callable $work): Summary
    {
        $lock = RunLock::take($configuration->database);
        try {
            return $work(Database::open($configuration->database));
        } finally {
            $lock->release();
        }
    }
}
