<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Synchronization;

use ExchangeMail\Engine\LoginRefusal;
use ExchangeMail\Engine\NewsSwarm;
use ExchangeMail\Standalone\Configuration\Configuration;
use ExchangeMail\Standalone\Configuration\ConfigurationProblem;
use ExchangeMail\Standalone\Mailboxes\AddressFiles;
use ExchangeMail\Standalone\Mailboxes\MailboxList;
use ExchangeMail\Standalone\Output\WatchText;
use ExchangeMail\Standalone\Storage\BatchStore;
use ExchangeMail\Standalone\Storage\Database;
use ExchangeSync\AddressBook;
use ExchangeSync\Watch;

/**
 * Reads everything, then mailboxes as they have news. What no news told of, as of a mailbox that can't be watched, comes with
 * the next reading of everything.
 */
final class MailboxWatch
{
    /** News come in swarms: one run for all that follow so soon. */
    private const SWARM_SECONDS = 0.5;

    private AddressBook $book;
    private MailboxList $mailboxes;
    private bool $loginRefused = false;

    public function __construct(
        private readonly \ExchangeSync $engine,
        private readonly Configuration $configuration,
        private readonly Database $database,
        private readonly StopSignal $stop,
        private readonly WatchText $text,
        private readonly WatchIntervals $intervals
    ) {
        $this->readAddresses();
    }

    /**
     * Ends by itself only where the server refuses the login: further attempts would lock the account.
     *
     * @throws StopRequested
     * @throws ConfigurationProblem|\ExchangeSync\Exception
     */
    public function run(): void
    {
        $this->read($this->mailboxes->addresses);
        $addressesDue = $this->intervals->addressesDue();
        $everythingDue = $this->intervals->everythingDue();
        $watch = null;
        while (!$this->loginRefused) {
            $watch ??= $this->engine->watch($this->mailboxes->addresses);
            $mailboxes = $this->collect($watch, min($addressesDue, $everythingDue) - microtime(true));
            if (microtime(true) >= $addressesDue) {
                $watch = $this->mailboxesChanged() ? null : $watch;
                $addressesDue = $this->intervals->addressesDue();
            }
            if (microtime(true) >= $everythingDue) {
                $mailboxes = $this->mailboxes->addresses;
                $everythingDue = $this->intervals->everythingDue();
            }
            if ([] !== $mailboxes && !$this->loginRefused) {
                $this->read($mailboxes);
            }
        }
    }

    /**
     * @return list<string> mailboxes with news; none: nothing happened in this time
     */
    private function collect(Watch $watch, float $seconds): array
    {
        $mailboxes = [];
        $failures = [];
        foreach (NewsSwarm::collect($watch, $seconds, self::SWARM_SECONDS) as $news) {
            if (null === $news->failure) {
                $mailboxes[$news->mailbox] = true;
            } else {
                $failures[] = Summary::failure($news->mailbox, null, $news->failure);
            }
        }
        $mailboxes = array_map('strval', array_keys($mailboxes));
        $this->note($failures);
        $this->text->watched($mailboxes, $failures);

        return $mailboxes;
    }

    /**
     * @param list<string> $mailboxes
     */
    private function read(array $mailboxes): void
    {
        $synchronization = new Synchronization(new BatchStore($this->database), $this->stop);
        $summary = $synchronization->run($this->engine, $this->book, $mailboxes, [], static function (): void {
        });
        $this->note($summary->failures);
        $this->text->read($mailboxes, $summary);
        if ($summary->interrupted) {
            throw new StopRequested();
        }
    }

    /**
     * @param list<array{exception: string}> $failures
     */
    private function note(array $failures): void
    {
        foreach ($failures as $failure) {
            $this->loginRefused = $this->loginRefused || LoginRefusal::is($failure['exception']);
        }
    }

    /**
     * A file that somebody is just writing is no reason to end: what was read before goes on to be used.
     */
    private function mailboxesChanged(): bool
    {
        $before = $this->mailboxes->addresses;
        try {
            $this->readAddresses();
            $this->text->addressesRead();
        } catch (ConfigurationProblem $problem) {
            $this->text->addressesNotRead($problem);
        }

        return $before !== $this->mailboxes->addresses;
    }

    private function readAddresses(): void
    {
        $mailboxes = MailboxList::of($this->configuration);
        $mailboxes->requireAny($this->configuration);
        $this->book = AddressFiles::book($this->configuration);
        $this->mailboxes = $mailboxes;
    }
}
