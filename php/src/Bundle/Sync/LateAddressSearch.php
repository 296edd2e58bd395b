<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Sync;

use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\AddressBook\AddressBookProvider;
use ExchangeMail\Bundle\Engine\EngineProviderInterface;
use ExchangeMail\Bundle\Entity\LateAddress;
use ExchangeMail\Bundle\Entity\Repository\LateAddressRepository;
use ExchangeMail\Bundle\Exception\LeaseLostException;
use ExchangeMail\Bundle\Exception\StoringFailedException;
use ExchangeMail\Bundle\Lease\OriginLeases;
use ExchangeMail\Bundle\Storage\BatchStore;
use ExchangeMail\Bundle\Storage\OrganizationContext;
use ExchangeSync\Batch;
use Psr\Log\LoggerInterface;

/**
 * Collects earlier mail of addresses that were not known when it was read. Reads no checkpoint and moves none, so it needs no
 * lease: storing waits for its turn with the mailbox. It begins when no run is left that does not know the addresses: such a
 * run passes over their mail and moves its checkpoints beyond it.
 */
class LateAddressSearch
{
    /** For more, as after an import, reading every mailbox again is less work for the server than searching it. */
    private const ADDRESSES_AT_MOST = 200;

    /** The others are for the next part. */
    private const MAILBOXES_AT_ONCE = 500;

    public function __construct(
        private readonly ManagerRegistry $doctrine,
        private readonly EngineProviderInterface $engines,
        private readonly AddressBookProvider $addressBooks,
        private readonly MailboxSource $mailboxes,
        private readonly OriginLeases $leases,
        private readonly OriginSchedule $schedule,
        private readonly BatchStore $store,
        private readonly OrganizationContext $organization,
        private readonly LoggerInterface $logger
    ) {
    }

    /**
     * @param list<int>|null $originIds mailboxes that an earlier part of this search left; null: it begins
     *
     * @return RunReport its mailboxes that are left are for the next part
     *
     * @throws \ExchangeSync\Exception
     */
    public function search(int $organizationId, string $ticket, ?array $originIds, RunLimits $limits): RunReport
    {
        $report = new RunReport();
        if (null === $originIds) {
            $this->leaveToLater($organizationId, $ticket);
        }
        $addresses = $this->addresses()->getQueued($ticket, self::ADDRESSES_AT_MOST + 1);
        $all = $this->schedule->ofOrganization($organizationId, true);
        $searchable = $this->schedule->ofOrganization($organizationId, false);
        if ([] === $addresses) {
            return $report;
        }
        if ([] === $searchable && [] !== $all) {
            // it is made anew when its time is over
            $this->addresses()->renew($ticket, LateAddressSchedule::QUEUED_IN_SECONDS);

            return $report;
        }
        if (\count($addresses) > self::ADDRESSES_AT_MOST) {
            $this->schedule->startOver($all);
            $this->addresses()->forget($ticket);

            return $report;
        }

        // what can't be searched now is read from its beginning as soon as it can be read
        $wanted = array_values(array_intersect($originIds ?? $all, $all));
        $this->schedule->startOver(array_values(array_diff($wanted, $searchable)));
        $wanted = array_values(array_intersect($wanted, $searchable));
        $this->mailboxes->load(\array_slice($wanted, 0, self::MAILBOXES_AT_ONCE));
        if (!$this->read($organizationId, array_values($addresses), $report, $limits)) {
            $this->schedule->postponeAll(OriginOutcome::pauseEnd());
            $this->addresses()->renew($ticket, LateAddressSchedule::QUEUED_IN_SECONDS);

            return $report;
        }
        $report->left = [...$this->mailboxes->left(), ...\array_slice($wanted, self::MAILBOXES_AT_ONCE)];
        if ([] === $report->left) {
            $this->addresses()->forget($ticket);
        }

        return $report;
    }

    /**
     * Addresses that a run which is going on may not know wait for the next search.
     */
    private function leaveToLater(int $organizationId, string $ticket): void
    {
        $book = $this->leases->oldestBook($organizationId);
        if (null !== $book) {
            $this->addresses()->release($ticket, $book);
        }
    }

    /**
     * @param list<string> $addresses
     *
     * @return bool false: the login was refused
     */
    private function read(int $organizationId, array $addresses, RunReport $report, RunLimits $limits): bool
    {
        try {
            $book = $this->addressBooks->get($organizationId);
            foreach ($this->engines->get()->search($this->mailboxes->open(false), $book, $addresses) as $batch) {
                $this->take($batch, $report);
                if (null !== $batch->failure && OriginOutcome::isLoginRefused($batch->failure)) {
                    return false;
                }
                if ($limits->isOver()) {
                    break;
                }
            }
        } finally {
            $this->organization->leave();
        }

        return true;
    }

    private function take(Batch $batch, RunReport $report): void
    {
        $originId = $this->mailboxes->originId($batch->mailbox);
        if (null === $originId) {
            return;
        }
        if (null !== $batch->folder || [] !== $batch->skipped) {
            try {
                $report->count($this->store->store($originId, null, $batch), $batch->seen);
            } catch (LeaseLostException) {
                // the mailbox was removed
                $this->mailboxes->drop($batch->mailbox);

                return;
            } catch (StoringFailedException $e) {
                $report->stopped[$batch->mailbox] = $e;
                $this->schedule->startOver([$originId]);
                $this->mailboxes->drop($batch->mailbox);

                return;
            }
        }
        if (null !== $batch->failure) {
            $report->failures[$batch->mailbox] = $batch->failure;
            $this->logger->warning('Exchange: a mailbox was not searched.', [
                'mailbox' => $batch->mailbox,
                'code' => $batch->failure->code,
                'error' => $batch->failure->message,
                'remedy' => $batch->failure->remedy,
            ]);
            if (!OriginOutcome::isLoginRefused($batch->failure)) {
                $this->schedule->startOver([$originId]);
            }
        }
        if ($batch->done) {
            ++$report->mailboxes;
            $this->mailboxes->drop($batch->mailbox);
        }
    }

    private function addresses(): LateAddressRepository
    {
        return $this->doctrine->getManagerForClass(LateAddress::class)->getRepository(LateAddress::class);
    }
}
