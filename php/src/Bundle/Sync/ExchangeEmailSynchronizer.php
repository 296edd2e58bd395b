<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Sync;

use ExchangeMail\Bundle\Engine\EngineProviderInterface;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Lease\OriginLeases;
use Oro\Bundle\EmailBundle\Entity\EmailOrigin;
use Oro\Bundle\EmailBundle\Sync\EmailSynchronizerInterface;
use Oro\Bundle\EmailBundle\Sync\Model\SynchronizationProcessorSettings;
use Oro\Component\MessageQueue\Client\MessageProducerInterface;
use Symfony\Component\Security\Core\Authentication\Token\Storage\TokenStorageInterface;

/**
 * What cron, the queue and Oro's own "Sync" button of My Emails call. Oro's base class is not for us: it takes one mailbox
 * after the other and trusts one host, here many mailboxes are read at once by many hosts.
 *
 * The signatures fit the interface of Oro 5.1, which has no types, and of 6.1 and 7.0.
 */
class ExchangeEmailSynchronizer implements EmailSynchronizerInterface
{
    private const MAILBOXES_AT_ONCE = 50;

    private const REQUEST_IN_SECONDS = 20.0;

    public function __construct(
        private readonly EngineProviderInterface $engines,
        private readonly OriginSchedule $schedule,
        private readonly OriginLeases $leases,
        private readonly MailboxQueue $queue,
        private readonly MailboxRun $run
    ) {
    }

    public function setMessageProducer(MessageProducerInterface $producer): void
    {
        // the queue has its own
    }

    public function setTokenStorage(TokenStorageInterface $tokenStorage): void
    {
        // the organization context has its own
    }

    public function supports(EmailOrigin $origin): bool
    {
        return $origin instanceof ExchangeEmailOrigin;
    }

    /**
     * Sends what is due to the message queue.
     *
     * @param int $maxConcurrentTasks   mailboxes at once in each consumer; 0: as configured
     * @param int $minExecIntervalInMin minutes between two runs of a mailbox
     * @param int $maxExecTimeInMin     of no use here: a message takes a minute, and what is left goes on in the next one
     * @param int $maxTasks             mailboxes at most; -1: all
     *
     * @return int mailboxes that were sent
     */
    public function sync($maxConcurrentTasks, $minExecIntervalInMin, $maxExecTimeInMin = -1, $maxTasks = 1): int
    {
        if (!$this->engines->isEnabled()) {
            return 0;
        }

        return $this->queue->send(
            $this->schedule->due((int)$minExecIntervalInMin, (int)$maxTasks),
            $maxConcurrentTasks > 0 ? (int)$maxConcurrentTasks : null
        );
    }

    /**
     * Reads mailboxes in this process, whenever they were read last: Oro calls it within a request, when the e-mails of a user's
     * page are refreshed. Those that another run has are left to it, and what takes longer to the message queue.
     *
     * @param array<int> $originIds
     *
     * @throws \ExchangeSync\Exception
     */
    public function syncOrigins(array $originIds, ?SynchronizationProcessorSettings $settings = null): void
    {
        if ([] === $originIds || !$this->engines->isEnabled()) {
            return;
        }
        $limits = (new RunLimits())->slice(self::REQUEST_IN_SECONDS);
        $report = $this->read($originIds, $limits, (bool)$settings?->isForceMode());
        if ([] !== $report->left) {
            $this->queue->send($this->schedule->only($report->left));
        }
    }

    public function supportScheduleJob(): bool
    {
        return true;
    }

    public function scheduleSyncOriginsJob(array $originIds): void
    {
        if ([] !== $originIds && $this->engines->isEnabled()) {
            $this->queue->send($this->schedule->only(array_map('intval', $originIds)));
        }
    }

    /**
     * @param array<int> $originIds
     * @param bool       $startOver forget the checkpoints first
     *
     * @throws \ExchangeSync\Exception
     */
    public function read(array $originIds, RunLimits $limits, bool $startOver = false): RunReport
    {
        return $this->readAll($this->schedule->only(array_map('intval', $originIds)), $limits, $startOver);
    }

    /**
     * Reads what is due in this process, without the queue.
     *
     * @throws \ExchangeSync\Exception
     */
    public function readDue(int $minExecIntervalInMin, int $maxTasks, RunLimits $limits): RunReport
    {
        return $this->readAll($this->schedule->due($minExecIntervalInMin, $maxTasks), $limits, false);
    }

    /**
     * @param array<int, list<int>> $originIds by organization id
     */
    private function readAll(array $originIds, RunLimits $limits, bool $startOver): RunReport
    {
        $report = new RunReport();
        foreach ($originIds as $organizationId => $ids) {
            if ($startOver) {
                $this->schedule->startOver($ids);
            }
            $this->readOrganization($organizationId, $ids, $limits, $report);
        }

        return $report;
    }

    /**
     * In parts, so that each begins with who is known by then.
     *
     * @param list<int> $originIds
     */
    private function readOrganization(int $organizationId, array $originIds, RunLimits $limits, RunReport $report): void
    {
        while ([] !== $originIds) {
            $group = array_splice($originIds, 0, self::MAILBOXES_AT_ONCE);
            if ($limits->isOver()) {
                array_push($report->left, ...$group, ...$originIds);

                return;
            }
            $token = OriginLeases::newToken();
            $taken = $this->leases->take($group, $token);
            if ([] !== $taken) {
                $part = $this->run->run($organizationId, $taken, $token, $limits->slice(RunLimits::MESSAGE_IN_SECONDS));
                array_push($originIds, ...$part->left);
                $part->left = [];
                $report->add($part);
            }
        }
    }
}
