<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Sync;

use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\AddressBook\AddressBookLoader;
use ExchangeMail\Bundle\Engine\EngineProviderInterface;
use ExchangeMail\Bundle\Entity\LateAddress;
use ExchangeMail\Bundle\Entity\Repository\LateAddressRepository;
use ExchangeMail\Bundle\Lease\LeaseLostException;
use ExchangeMail\Bundle\Storage\BatchStore;
use ExchangeMail\Bundle\Storage\OrganizationContext;
use Psr\Log\LoggerInterface;

/**
 * Collects earlier mail of addresses that were not known when it was read. Reads no checkpoint and moves none, so it needs no
 * lease; storing waits for its turn with the mailbox.
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
        $originIds = $this->schedule->ofOrganization($organizationId);
        if ([] === $addresses) {
            return $report;
        }
        if (\count($addresses) > self::ADDRESSES_AT_MOST) {
            $this->schedule->startOver($originIds);
            $this->addresses()->forgetAll($organizationId);

            return $report;
        }

        try {
            $book = $this->addressBooks->load($organizationId);
            $batches = $this->engines->get()->search(
                $this->mailboxes->open($originIds, null, false),
                $book,
                array_values($addresses)
            );
            foreach ($batches as $batch) {
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
                    $report->failures[$batch->mailbox] = $batch->failure;
                    $this->logger->warning('Exchange: a mailbox was not searched.', [
                        'mailbox' => $batch->mailbox,
                        'code' => $batch->failure->code,
                        'error' => $batch->failure->message,
                        'remedy' => $batch->failure->remedy,
                    ]);
                    if (OriginOutcome::isLoginRefused($batch->failure)) {
                        $this->schedule->postponeAll(OriginOutcome::pauseEnd());

                        return $report;
                    }
                }
            }
        } finally {
            $this->organization->leave();
        }
        $this->addresses()->forget(array_keys($addresses));

        return $report;
    }

    private function addresses(): LateAddressRepository
    {
        return $this->doctrine->getManagerForClass(LateAddress::class)->getRepository(LateAddress::class);
    }
}
