<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Output;

use ExchangeMail\Standalone\Synchronization\Summary;
use Symfony\Component\Console\Output\OutputInterface;

/**
 * A run's result, for people and for programs.
 */
final class SummaryText
{
    private const LISTED_FAILURES = 20;

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
        foreach (array_slice($summary->failures, 0, self::LISTED_FAILURES) as $failure) {
            $place = $failure['mailbox'] . (null === $failure['folder'] ? '' : ", folder {$failure['folder']}");
            $error->writeln('<fg=red>' . PlainText::line("$place: {$failure['message']}") . '</>');
        }
        if (count($summary->failures) > self::LISTED_FAILURES) {
            $error->writeln(sprintf(
                '<fg=red>and %d further failures; see exchange-sync status</>',
                count($summary->failures) - self::LISTED_FAILURES
            ));
        }
        if ([] !== $summary->failures) {
            $error->writeln(sprintf(
                '<fg=red>Mailboxes not read to the end: %d. Their mail follows with the next run.</>',
                count($summary->failedMailboxes())
            ));
        }
        if ($summary->interrupted) {
            $error->writeln('<comment>Stopped. What was read is stored; the next run goes on from here.</comment>');
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
