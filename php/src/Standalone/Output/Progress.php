<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Output;

use ExchangeMail\Standalone\Synchronization\Summary;
use ExchangeSync\Batch;
use Symfony\Component\Console\Helper\ProgressBar;
use Symfony\Component\Console\Output\OutputInterface;

/**
 * Shows on a terminal how far a run is: a bar of mailboxes, and what was looked at and stored. Elsewhere it shows nothing.
 */
final class Progress
{
    private readonly ?ProgressBar $bar;

    public function __construct(private readonly OutputInterface $output, int $mailboxes)
    {
        if (!$output->isDecorated() || $output->isQuiet()) {
            $this->bar = null;

            return;
        }
        $this->bar = new ProgressBar($output, $mailboxes);
        $this->bar->setFormat(" %current%/%max% mailboxes [%bar%] %elapsed%  %message%");
        $this->bar->setMessage('connecting');
        $this->bar->start();
    }

    public function __invoke(Summary $summary, Batch $batch): void
    {
        if (null !== $this->bar) {
            $this->bar->setMessage(sprintf(
                '%d looked at, %d new  %s',
                $summary->seen,
                $summary->stored->emails,
                PlainText::line($batch->mailbox, 40)
            ));
            $this->bar->setProgress($summary->mailboxesDone);
            $this->bar->display();
        }
        if ($batch->done && $this->output->isVerbose()) {
            $this->output->writeln(PlainText::line($batch->mailbox) . (null === $batch->failure ? ': done' : ': failed'));
        }
    }

    public function finish(): void
    {
        $this->bar?->clear();
    }
}
