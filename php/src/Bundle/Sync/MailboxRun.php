<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Sync;

use ExchangeMail\Bundle\AddressBook\AddressBookProvider;
use ExchangeMail\Bundle\Engine\EngineProviderInterface;
use ExchangeMail\Bundle\Exception\LeaseLostException;
use ExchangeMail\Bundle\Exception\StoringFailedException;
use ExchangeMail\Bundle\Lease\OriginLeases;
use ExchangeMail\Bundle\Storage\BatchStore;
use ExchangeMail\Bundle\Storage\FailedItemRetry;
use ExchangeMail\Bundle\Storage\OrganizationContext;
use ExchangeSync\Batch;
use ExchangeSync\Failure;
use Psr\Log\LoggerInterface;

/**
 * Reads leased mailboxes of one organization and stores what the engine finds, batch by batch. Knows no cron and no queue.
 */
class MailboxRun
{
    private const HEARTBEAT_IN_SECONDS = 60;

    private float $lastHeartbeat = 0.0;

    /** @var list<int> origins that had no news, to be given back together */
    private array $unchanged = [];

    /** @var array<int, true> origins of which something was stored */
    private array $changed = [];

    public function __construct(
        private readonly EngineProviderInterface $engines,
        private readonly AddressBookProvider $addressBooks,
        private readonly MailboxSource $mailboxes,
        private readonly OriginLeases $leases,
        private readonly OriginSchedule $schedule,
        private readonly OriginOutcome $outcome,
        private readonly BatchStore $store,
        private readonly FailedItemRetry $retry,
        private readonly OrganizationContext $organization,
        private readonly LoggerInterface $logger
    ) {
    }

    /**
     * @param list<int> $originIds of this organization, leased to the token; given back in the end, read or not
     *
     * @throws \ExchangeSync\Exception what concerns all mailboxes; it is recorded with each of them
     */
    public function run(int $organizationId, array $originIds, string $token, RunLimits $limits): RunReport
    {
        $report = new RunReport();
        $this->lastHeartbeat = microtime(true);
        $this->unchanged = $this->changed = [];
        $isAllGivenBack = false;
        try {
            $this->mailboxes->load($originIds);
            $this->schedule->applyStartOver($this->mailboxes->startingOver(), $token);
            $engine = $this->engines->get($limits->concurrency);
            $book = $this->addressBooks->get($organizationId, $this->mailboxes->newOnes());
            $isRefused = $isOver = false;
            foreach ($engine->run($this->mailboxes->open(), $book) as $batch) {
                $this->heartbeat($token);
                $this->take($batch, $token, $report);
                $isRefused = null !== $batch->failure && OriginOutcome::isLoginRefused($batch->failure);
                $isOver = $limits->isOver();
                if ($isRefused || $isOver) {
                    break;
                }
            }
            if ($isRefused) {
                $this->schedule->postponeAll(OriginOutcome::pauseEnd());
            } else {
                $report->left = $isOver ? $this->mailboxes->left() : $this->mailboxes->notOpened();
            }
            if (!$isRefused && [] === $report->left) {
                $report->collected += $this->retry->retryDue($originIds);
            }
            $isAllGivenBack = [] === $this->mailboxes->left();
        } catch (\ExchangeSync\Exception $e) {
            $this->outcome->failed($this->mailboxes->left(), $token, $e);

            throw $e;
        } finally {
            $this->organization->leave();
            $this->outcome->unchanged($this->unchanged, $token);
            if (!$isAllGivenBack) {
                $this->leases->releaseAll($token);
            }
        }

        return $report;
    }

    private function take(Batch $batch, string $token, RunReport $report): void
    {
        $originId = $this->mailboxes->originId($batch->mailbox);
        if (null === $originId) {
            return;
        }
        if (null !== $batch->folder || [] !== $batch->skipped) {
            try {
                $report->count($this->store->store($originId, $token, $batch), $batch->seen);
            } catch (LeaseLostException $e) {
                $this->mailboxes->drop($batch->mailbox);
                $this->logger->warning('Exchange: ' . $e->getMessage(), ['mailbox' => $batch->mailbox]);

                return;
            } catch (StoringFailedException $e) {
                ++$report->mailboxes;
                $report->stopped[$batch->mailbox] = $e;
                $this->outcome->failed([$originId], $token, $e);
                $this->mailboxes->drop($batch->mailbox);

                return;
            }
            $this->changed[$originId] = true;
        }
        if (null !== $batch->failure) {
            $report->failures[$batch->mailbox] = $batch->failure;
        }
        if ($batch->done || (null !== $batch->failure && OriginOutcome::isLoginRefused($batch->failure))) {
            $this->finish($batch->mailbox, $originId, $token, $report);
        }
    }

    private function finish(string $mailbox, int $originId, string $token, RunReport $report): void
    {
        ++$report->mailboxes;
        $failure = $report->failures[$mailbox] ?? null;
        if (null !== $failure) {
            $this->fail($mailbox, $originId, $token, $failure, $report);
        } elseif (isset($this->changed[$originId]) || $this->mailboxes->isFailing($originId)) {
            $this->outcome->succeeded($originId, $token);
        } else {
            $this->unchanged[] = $originId;
        }
        $this->mailboxes->drop($mailbox);
    }

    private function fail(string $mailbox, int $originId, string $token, Failure $failure, RunReport $report): void
    {
        $context = [
            'mailbox' => $mailbox,
            'code' => $failure->code,
            'error' => $failure->message,
            'remedy' => $failure->remedy,
        ];
        if ($this->outcome->failed([$originId], $token, $failure)) {
            $this->logger->error('Exchange: a mailbox was not read.', $context);
        } else {
            unset($report->failures[$mailbox]);
            $this->logger->info('Exchange: an additional address of a user is no mailbox.', $context);
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
