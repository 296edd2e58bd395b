<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Command;

use ExchangeMail\Standalone\ExitCode;
use ExchangeMail\Standalone\Output\Json;
use ExchangeMail\Standalone\Output\PlainText;
use ExchangeMail\Standalone\Storage\Database;
use ExchangeMail\Standalone\Storage\StatusReport;
use Symfony\Component\Console\Helper\Table;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Input\InputOption;
use Symfony\Component\Console\Output\OutputInterface;

/**
 * Says what is stored and which mailboxes fail. Needs neither extension nor server.
 */
final class StatusCommand extends HostCommand
{
    private const LISTED_SKIPPED = 100;

    protected function configure(): void
    {
        parent::configure();
        $this->setName('status')
            ->setDescription('Shows what is stored, mailbox by mailbox')
            ->addOption('skipped', null, InputOption::VALUE_NONE, 'List the newest items that could not be collected, and why')
            ->addOption('json', null, InputOption::VALUE_NONE, 'Print the result as JSON');
    }

    protected function execute(InputInterface $input, OutputInterface $output): int
    {
        $database = Database::openToRead($this->configuration($input)->database);
        $report = null === $database ? null : new StatusReport($database);
        $totals = $report?->totals() ?? ['emails' => 0, 'copies' => 0, 'attachments' => 0, 'skipped' => 0];
        $mailboxes = $report?->mailboxes() ?? [];
        $skipped = $input->getOption('skipped') ? $report?->skipped(self::LISTED_SKIPPED) ?? [] : [];
        if ($input->getOption('json')) {
            $lists = ['mailboxes' => $mailboxes] + ($input->getOption('skipped') ? ['skipped_items' => $skipped] : []);
            Json::write($output, $totals + $lists);

            return ExitCode::OK;
        }
        if (null === $report) {
            $output->writeln('Nothing is stored yet: run exchange-sync sync.');

            return ExitCode::OK;
        }
        $this->writeMailboxes($output, $mailboxes);
        $output->writeln(vsprintf('%d e-mails in %d places, %d attachments, %d skipped items.', array_values($totals)));
        foreach ($skipped as $item) {
            $place = $item['mailbox'] . (null === $item['folder'] ? '' : ", folder {$item['folder']}");
            $output->writeln(PlainText::line("$place, item {$item['item']}: {$item['reason']}"));
        }

        return ExitCode::OK;
    }

    /**
     * @param list<array<string, int|string|null>> $mailboxes
     */
    private function writeMailboxes(OutputInterface $output, array $mailboxes): void
    {
        $table = new Table($output);
        $table->setHeaders(['Mailbox', 'Read to the end (UTC)', 'Folders', 'E-mails', 'Unread', 'Skipped']);
        foreach ($mailboxes as $mailbox) {
            $completed = null === $mailbox['completed'] ? 'never' : strtr((string) $mailbox['completed'], ['T' => ' ', 'Z' => '']);
            $table->addRow([
                PlainText::line((string) $mailbox['mailbox']),
                $completed,
                $mailbox['folders'],
                $mailbox['emails'],
                $mailbox['unread'],
                $mailbox['skipped'],
            ]);
        }
        $table->render();
        foreach (array_filter($mailboxes, static fn (array $mailbox) => null !== $mailbox['failure']) as $mailbox) {
            $output->writeln('<fg=red>' . PlainText::line("{$mailbox['mailbox']}: {$mailbox['failure']}") . '</>');
        }
    }
}
