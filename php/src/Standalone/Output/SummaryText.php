<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Output;

use ExchangeMail\Standalone\Synchronization\StopRequested;
use ExchangeMail\Standalone\Synchronization\Summary;
use Symfony\Component\Console\Output\OutputInterface;

/**
 * A run's result, for people and for programs.
 */
final class SummaryText
{
    private const LISTED_MESSAGES = 20;
    private const LISTED_PLACES = 5;

    public static function write(OutputInterface $output, OutputInterface $error, Summary $summary, int $mailboxes, bool $dryRun): void
    {
        $stored = $summary->stored;
        $output->writeln(sprintf(
            '%sLooked at %d items in %d of %d mailboxes in %.1f s.',
            $dryRun ? 'Dry run, nothing was stored. ' : '',
            $summary->seen,
            $summary->mailboxesDone,
            $mailboxes,
            $summary->seconds()
        ));
        $output->writeln(sprintf(
            '<info>New e-mails: %d</info>, further copies: %d, moved: %d, read flags: %d, deleted on the server: %d, skipped: %d.',
            $stored->emails,
            $stored->copies,
            $stored->moved,
            $stored->readFlags,
            $stored->gone,
            $summary->skipped
        ));
        if ($summary->skipped > 0 && !$dryRun) {
            $output->writeln('Why items were skipped: exchange-sync status --skipped');
        }
        self::writeFailures($error, $summary);
        if ($summary->interrupted) {
            $error->writeln('<comment>' . (new StopRequested())->getMessage() . '</comment>');
        }
    }

    /**
     * Equal failures, as of a wrong password, are one message with the mailboxes that it struck.
     */
    private static function writeFailures(OutputInterface $error, Summary $summary): void
    {
        $places = [];
        foreach ($summary->failures as $failure) {
            $places[$failure['message']][] = $failure['mailbox'] . (null === $failure['folder'] ? '' : ", folder {$failure['folder']}");
        }
        foreach (array_slice($places, 0, self::LISTED_MESSAGES, true) as $message => $where) {
            $named = implode('; ', array_slice($where, 0, self::LISTED_PLACES));
            $more = count($where) > self::LISTED_PLACES ? sprintf(' and %d more', count($where) - self::LISTED_PLACES) : '';
            $error->writeln('<fg=red>' . PlainText::line("$named$more: $message") . '</>');
        }
        if (count($places) > self::LISTED_MESSAGES) {
            $error->writeln(sprintf('<fg=red>Further messages: %d; see exchange-sync status</>', count($places) - self::LISTED_MESSAGES));
        }
        if ([] !== $places) {
            $error->writeln(sprintf(
                '<fg=red>Mailboxes not read to the end: %d. A later run brings their mail.</>',
                count($summary->failedMailboxes())
            ));
        }
    }

    /**
     * @return array<string, mixed>
     */
    public static function result(Summary $summary, int $mailboxes, bool $dryRun): array
    {
        return [
            'dry_run' => $dryRun,
            'interrupted' => $summary->interrupted,
            'seconds' => $summary->seconds(),
            'mailboxes' => $mailboxes,
            'mailboxes_done' => $summary->mailboxesDone,
            'seen' => $summary->seen,
            'emails' => $summary->stored->emails,
            'copies' => $summary->stored->copies,
            'moved' => $summary->stored->moved,
            'read_flags' => $summary->stored->readFlags,
            'gone' => $summary->stored->gone,
            'skipped' => $summary->skipped,
            'failures' => $summary->failures,
        ];
    }
}
