<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Sync;

use ExchangeMail\Bundle\AddressBook\AddressBookProvider;
use ExchangeMail\Bundle\Engine\EngineProviderInterface;
use ExchangeMail\Bundle\Lease\LeaseLostException;
use ExchangeMail\Bundle\Lease\OriginLeases;
use ExchangeMail\Bundle\Lease\RunOutdatedException;
use ExchangeMail\Bundle\Storage\BatchStore;
use ExchangeMail\Bundle\Storage\OrganizationContext;
use ExchangeSync\Batch;
use Psr\Log\LoggerInterface;

/**
 * Reads leased mailboxes of one organization and stores what the engine finds, batch by batch. Knows no cron and no queue.
 */
final class MailboxRun
{
    private const HEARTBEAT_IN_SECONDS = 60;

    private float $lastHeartbeat = 0.0;

    public function __construct(
        private readonly EngineProviderInterface $engines,
        private readonly AddressBookProvider $addressBooks,
        private readonly MailboxSource $mailboxes,
        private readonly OriginLeases $leases,
        private readonly OriginSchedule $schedule,
        private readonly OriginOutcome $outcome,
        private readonly BatchStore $store,
        private readonly OrganizationContext $organization,
        private readonly LoggerInterface $logger
    ) {
    }

    /**
     * @param list<int> $originIds of this organization, leased to the token
     *
     * @throws \ExchangeSync\Exception what concerns all mailboxes; it is recorded with each of them
     */
    public function run(int $organizationId, array $originIds, string $token, RunLimits $limits): RunReport
    {
        $report = new RunReport();
        if (0 === $this->leases->begin($token)) {
            return $report;
        }
        $this->lastHeartbeat = microtime(true);
        try {
            $engine = $this->engines->get($limits->concurrency);
            // a mailbox that is read for the first time may be that of a user whom an older book does not know
            $book = $this->schedule->wereAllRead($originIds)
                ? $this->addressBooks->getRecent($organizationId)
                : $this->addressBooks->getFresh($organizationId);
            $this->leases->renew($token);
            $mailboxes = $this->mailboxes->open(
                $originIds,
                fn (int $originId): bool => $this->leases->start($originId, $token)
            );
            foreach ($engine->run($mailboxes, $book) as $batch) {
                $this->heartbeat($token);
                $this->take($batch, $token, $report);
                if ($limits->isOver()) {
                    $report->interrupted = true;
                    break;
                }
                if (null !== $batch->failure && OriginOutcome::isLoginRefused($batch->failure)) {
                    $this->schedule->postponeAll(OriginOutcome::pauseEnd());
                    break;
                }
            }
        } catch (RunOutdatedException $e) {
            $report->interrupted = true;
            $this->logger->notice('Exchange: ' . $e->getMessage());
        } catch (\ExchangeSync\Exception $e) {
            foreach ($originIds as $originId) {
                $this->outcome->failed($originId, $token, $e);
            }

            throw $e;
        } finally {
            $this->organization->leave();
            $this->leases->releaseAll($token);
        }

        return $report;
    }

    private function take(Batch $batch, string $token, RunReport $report): void
    {
        $originId = $this->mailboxes->originId($batch->mailbox);
        if (null === $originId) {
            return;
        }
        try {
            $report->count($this->store->store($originId, $token, $batch), $batch->seen);
        } catch (LeaseLostException $e) {
            $this->mailboxes->drop($batch->mailbox);
            $this->logger->warning('Exchange: ' . $e->getMessage(), ['mailbox' => $batch->mailbox]);

            return;
        }
        if (null !== $batch->failure) {
            $report->failures[$batch->mailbox] = $batch->failure;
            $this->logger->error('Exchange: a mailbox was not read.', [
                'mailbox' => $batch->mailbox,
                'code' => $batch->failure->code,
                'error' => $batch->failure->message,
                'remedy' => $batch->failure->remedy,
            ]);
        }
        if ($batch->done || (null !== $batch->failure && OriginOutcome::isLoginRefused($batch->failure))) {
            $this->finish($batch->mailbox, $originId, $token, $report);
        }
    }

    private function finish(string $mailbox, int $originId, string $token, RunReport $report): void
    {
        ++$report->mailboxes;
        $this->mailboxes->drop($mailbox);
        $failure = $report->failures[$mailbox] ?? null;
        if (null === $failure) {
            $this->outcome->succeeded($originId, $token);
        } else {
            $this->outcome->failed($originId, $token, $failure);
        }
    }

    private function heartbeat(string $token): void
    {
        $now = microtime(true);
        if ($now - $this->lastHeartbeat >= self::HEARTBEAT_IN_SECONDS) {
            $this->leases->renew($token);
            $this->lastHeartbeat = $now;
        }
    }
}
