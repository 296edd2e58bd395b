<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Output;

use ExchangeMail\Standalone\Configuration\ConfigurationProblem;
use ExchangeMail\Standalone\Synchronization\Summary;
use Symfony\Component\Console\Output\OutputInterface;

/**
 * What a watch prints: a line for each run that changed something, and each failure once until it is over.
 */
final class WatchText
{
    private bool $hasRead = false;
    /** @var array<string, list<string>> messages by mailbox */
    private array $readingFailures = [];
    /** @var array<string, list<string>> messages by mailbox */
    private array $watchingFailures = [];
    private ?string $addressProblem = null;

    public function __construct(private readonly OutputInterface $output, private readonly OutputInterface $error)
    {
    }

    /**
     * @param list<string> $mailboxes that were read
     */
    public function read(array $mailboxes, Summary $summary): void
    {
        if (!$this->hasRead || $summary->changed() || $this->output->isVerbose()) {
            $this->output->writeln(gmdate('Y-m-d H:i:s') . ' UTC  ' . SummaryText::counts($summary));
        }
        $this->tell($this->readingFailures, $mailboxes, $summary->failures);
        if (!$this->hasRead && !$summary->interrupted) {
            $this->hasRead = true;
            $this->output->writeln(sprintf('Watching %d mailboxes until Ctrl-C or SIGTERM.', count($mailboxes)));
        }
    }

    /**
     * @param list<string>                                                   $mailboxes with news
     * @param list<array{mailbox: string, folder: ?string, message: string}> $failures
     */
    public function watched(array $mailboxes, array $failures): void
    {
        $this->tell($this->watchingFailures, $mailboxes, $failures);
    }

    public function addressesRead(): void
    {
        $this->addressProblem = null;
    }

    public function addressesNotRead(ConfigurationProblem $problem): void
    {
        if ($problem->getMessage() !== $this->addressProblem) {
            $this->addressProblem = $problem->getMessage();
            $this->error->writeln('<fg=red>' . PlainText::line("$this->addressProblem The addresses of before stay in use.") . '</>');
        }
    }

    /**
     * @param array<string, list<string>>                                    $told      messages by mailbox
     * @param list<string>                                                   $mailboxes whose failures are over where none is new
     * @param list<array{mailbox: string, folder: ?string, message: string}> $failures
     */
    private function tell(array &$told, array $mailboxes, array $failures): void
    {
        $untold = array_filter(
            $failures,
            static fn (array $failure): bool => !in_array($failure['message'], $told[$failure['mailbox']] ?? [], true)
        );
        $told = array_diff_key($told, array_flip($mailboxes), array_flip(array_column($failures, 'mailbox')));
        foreach ($failures as $failure) {
            $told[$failure['mailbox']][] = $failure['message'];
        }
        FailureList::write($this->error, array_values($untold));
    }
}
