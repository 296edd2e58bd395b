<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Storage;

use Doctrine\ORM\EntityManagerInterface;
use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Engine\EngineInterface;
use ExchangeMail\Bundle\Engine\EngineProviderInterface;
use ExchangeMail\Bundle\Entity\FailedItem;
use ExchangeMail\Bundle\Entity\Repository\FailedItemRepository;
use ExchangeMail\Bundle\Exception\LeaseLostException;
use ExchangeMail\Bundle\Lease\OriginLeases;
use ExchangeSync\ProtocolException;

/**
 * Tries again what could not be stored: each item is asked for once more and stored like any other. Needs no lease and moves no
 * checkpoint.
 */
final class FailedItemRetry
{
    private const ITEMS_AT_ONCE = 50;

    /** When the server itself can't be asked, which is no try of the item. */
    private const PAUSE_IN_MINUTES = 15;

    public function __construct(
        private readonly ManagerRegistry $doctrine,
        private readonly EngineProviderInterface $engines,
        private readonly BatchTransaction $transaction,
        private readonly Transactions $transactions,
        private readonly OriginLeases $leases,
        private readonly FailedItems $failedItems,
        private readonly OrganizationContext $organization
    ) {
    }

    /**
     * Tries what is due in these mailboxes, some at a time.
     *
     * @param list<int> $originIds
     *
     * @return int messages that were stored
     */
    public function retryDue(array $originIds): int
    {
        $due = $this->repository()->getDue($originIds, self::ITEMS_AT_ONCE);
        $collected = 0;
        $engine = [] === $due ? null : $this->engines->get();
        foreach ($due as $index => $id) {
            try {
                $collected += RetryResult::Collected === $this->attempt($engine, $id) ? 1 : 0;
            } catch (\ExchangeSync\Exception) {
                // the run of the mailbox says what is the matter with the server
                $this->repository()->postpone(\array_slice($due, $index), self::PAUSE_IN_MINUTES);
                break;
            }
        }

        return $collected;
    }

    /**
     * Tries one item now, because somebody asks for it.
     *
     * @param int $id of the FailedItem, which says after Failed why
     *
     * @throws \ExchangeSync\Exception the server can't be asked
     */
    public function retry(int $id): RetryResult
    {
        return $this->attempt($this->engines->get(), $id);
    }

    private function attempt(EngineInterface $engine, int $id): RetryResult
    {
        $item = $this->repository()->find($id);
        if (null === $item) {
            return RetryResult::Gone;
        }
        $originId = (int)$item->getOrigin()->getId();
        $folderId = (int)$item->getExchangeFolder()->getId();
        $itemId = $item->getItemId();
        $mailbox = (string)$item->getOrigin()->getMailboxAddress();
        $message = null;
        try {
            $message = $engine->message($mailbox, $itemId);
            if (null === $message) {
                $this->forget($originId, $id);

                return RetryResult::Gone;
            }
            $this->transaction->runOne($originId, $folderId, $message);

            return RetryResult::Collected;
        } catch (LeaseLostException) {
            return RetryResult::Gone;
        } catch (\Throwable $e) {
            if (null === $message && !$e instanceof ProtocolException) {
                throw $e;
            }
            if (Blame::Database === Blame::of($e)) {
                throw $e;
            }
            $reason = FailureReason::of($e, $message);
        } finally {
            $this->organization->leave();
        }
        $this->record($originId, $id, $reason);
        $this->failedItems->log($mailbox, [$itemId => $reason]);

        return RetryResult::Failed;
    }

    private function forget(int $originId, int $id): void
    {
        $this->change($originId, $id, static function (EntityManagerInterface $em, FailedItem $item): void {
            $em->remove($item);
            $item->getOrigin()->addToCounters(0, -1);
        });
    }

    private function record(int $originId, int $id, FailureReason $reason): void
    {
        $this->change($originId, $id, function (EntityManagerInterface $em, FailedItem $item) use ($reason): void {
            $this->failedItems->record(
                $em,
                $item->getOrigin(),
                $item->getExchangeFolder(),
                [$item->getItemId() => $reason]
            );
        });
    }

    /**
     * @param callable(EntityManagerInterface, FailedItem): void $change
     */
    private function change(int $originId, int $id, callable $change): void
    {
        $this->transactions->run(function (EntityManagerInterface $em) use ($originId, $id, $change): void {
            $this->leases->lock($originId, null);
            $item = $em->find(FailedItem::class, $id);
            if (null !== $item) {
                $change($em, $item);
                $em->flush();
            }
        });
    }

    private function repository(): FailedItemRepository
    {
        return $this->doctrine->getManagerForClass(FailedItem::class)->getRepository(FailedItem::class);
    }
}
