<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Sync;

use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\AddressBook\AddressBookLoader;
use ExchangeMail\Bundle\Engine\EngineProviderInterface;
use ExchangeMail\Bundle\Entity\LateAddress;
use ExchangeMail\Bundle\Entity\Repository\LateAddressRepository;
use ExchangeMail\Bundle\Lease\LeaseLostException;
use ExchangeMail\Bundle\Lease\OriginLeases;
use ExchangeMail\Bundle\Storage\BatchStore;
use ExchangeMail\Bundle\Storage\OrganizationContext;
use ExchangeSync\Batch;
use Psr\Log\LoggerInterface;

/**
 * Collects earlier mail of addresses that were not known when it was read. Reads no checkpoint and moves none, so it needs no
 * lease: it ends the runs that do not know the addresses yet, and storing waits for its turn with the mailbox.
 */
final class LateAddressSearch
{
    /** For more, as after an import, reading every mailbox again is less work for the server than searching it. */
    private const ADDRESSES_AT_MOST = 200;

    public function __construct(
        private readonly ManagerRegistry $doctrine,
        private readonly EngineProviderInterface $engines,
        private readonly AddressBookLoader $addressBooks,
        private readonly MailboxSource $mailboxes,
        private readonly OriginLeases $leases,
        private readonly OriginSchedule $schedule,
        private readonly BatchStore $store,
        private readonly OrganizationContext $organization,
        private readonly LoggerInterface $logger
    ) {
    }

    /**
     * @throws \ExchangeSync\Exception
     */
    public function search(int $organizationId): RunReport
    {
        $report = new RunReport();
        $addresses = $this->addresses()->getWaiting($organizationId, self::ADDRESSES_AT_MOST + 1);
        $all = $this->schedule->ofOrganization($organizationId, true);
        $searchable = $this->schedule->ofOrganization($organizationId, false);
        if ([] === $addresses || ([] === $searchable && [] !== $all)) {
            return $report;
        }

        // a run that began without these addresses would pass over their mail and move its checkpoints beyond it
        $this->leases->outdate($organizationId);
        if (\count($addresses) > self::ADDRESSES_AT_MOST) {
            $this->schedule->startOver($all);
            $this->addresses()->forgetAll($organizationId);

            return $report;
        }

        $failed = $this->read($organizationId, $searchable, array_values($addresses), $report);
        if (null === $failed) {
            $this->schedule->postponeAll(OriginOutcome::pauseEnd());

            return $report;
        }
        // what can't be searched now is read from its beginning as soon as it can be read
        $this->schedule->startOver([...array_diff($all, $searchable), ...$failed]);
        $this->addresses()->forget(array_keys($addresses));

        return $report;
    }

    /**
     * @param list<int>    $originIds
     * @param list<string> $addresses
     *
     * @return list<int>|null origins that could not be searched; null: the login was refused
     */
    private function read(int $organizationId, array $originIds, array $addresses, RunReport $report): ?array
    {
        $failed = [];
        try {
            $book = $this->addressBooks->load($organizationId);
            $mailboxes = $this->mailboxes->open($originIds, null, false);
            foreach ($this->engines->get()->search($mailboxes, $book, $addresses) as $batch) {
                $originId = $this->mailboxes->originId($batch->mailbox);
                if (null === $originId) {
                    continue;
                }
                try {
                    $report->count($this->store->store($originId, null, $batch), $batch->seen);
                } catch (LeaseLostException) {
                    $this->mailboxes->drop($batch->mailbox);
                }
                if (null !== $batch->failure) {
                    $failed[] = $originId;
                    $this->tell($batch, $report);
                    if (OriginOutcome::isLoginRefused($batch->failure)) {
                        return null;
                    }
                }
            }
        } finally {
            $this->organization->leave();
        }

        return $failed;
    }

    private function tell(Batch $batch, RunReport $report): void
    {
        $report->failures[$batch->mailbox] = $batch->failure;
        $this->logger->warning('Exchange: a mailbox was not searched.', [
            'mailbox' => $batch->mailbox,
            'code' => $batch->failure->code,
            'error' => $batch->failure->message,
            'remedy' => $batch->failure->remedy,
        ]);
    }

    private function addresses(): LateAddressRepository
    {
        return $this->doctrine->getManagerForClass(LateAddress::class)->getRepository(LateAddress::class);
    }
}
