<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Output;

use ExchangeMail\Standalone\Storage\Time;
use ExchangeMail\Standalone\Synchronization\StopRequested;
use ExchangeMail\Standalone\Synchronization\Summary;
use Symfony\Component\Console\Output\OutputInterface;

/**
 * A run's result, for people and for programs.
 */
final class SummaryText
{
    public static function write(OutputInterface $output, OutputInterface $error, Summary $summary, int $mailboxes, bool $dryRun): void
    {
        $output->writeln(sprintf(
            '%sLooked at %d items in %d of %d mailboxes in %.1f s.',
            $dryRun ? 'Dry run, nothing was stored. ' : '',
            $summary->seen,
            $summary->mailboxesDone,
            $mailboxes,
            $summary->seconds()
        ));
        $output->writeln(self::counts($summary));
        if ($summary->skipped > 0 && !$dryRun) {
            $output->writeln('Why items were skipped: exchange-sync status --skipped');
        }
        foreach ($summary->held as $mailbox => $until) {
            $error->writeln(PlainText::line(sprintf(
                '%s: not read, the server asks not to be called before %s UTC.',
                $mailbox,
                $until->format('Y-m-d H:i:s')
            )));
        }
        FailureList::write($error, $summary->failures);
        if ([] !== $summary->failures) {
            $error->writeln(sprintf(
                '<fg=red>Mailboxes not read to the end: %d. A later run brings their mail.</>',
                count($summary->failedMailboxes())
            ));
        }
        if ($summary->interrupted) {
            $error->writeln('<comment>' . (new StopRequested())->getMessage() . '</comment>');
        }
    }

    public static function counts(Summary $summary): string
    {
        $stored = $summary->stored;

        return sprintf(
            '<info>New e-mails: %d</info>, further copies: %d, moved: %d, read flags: %d, deleted on the server: %d, skipped: %d.',
            $stored->emails,
            $stored->copies,
            $stored->moved,
            $stored->readFlags,
            $stored->gone,
            $summary->skipped
        );
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
            'held' => array_map(Time::format(...), $summary->held),
            'failures' => $summary->failures,
        ];
    }
}
