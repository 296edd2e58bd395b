<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Storage;

use ExchangeMail\Bundle\Exception\LeaseLostException;
use ExchangeMail\Bundle\Exception\StoringFailedException;
use ExchangeSync\Batch;
use ExchangeSync\Message;
use Psr\Log\LoggerInterface;

/**
 * Stores one batch of the engine: mail, folders, read flags and the checkpoint in one transaction, or several of which the last
 * has the checkpoint: what is read twice is stored once.
 *
 * A message that Oro refuses is put on the list of failed items and the rest of its batch is stored; but an error that more than
 * one message has stops the mailbox where it is.
 */
final class BatchStore
{
    private const BYTES_IN_TRANSACTION = 32 * 1024 * 1024;

    public function __construct(
        private readonly BatchTransaction $transaction,
        private readonly FailedItems $failedItems,
        private readonly Culprits $culprits,
        private readonly LoggerInterface $logger
    ) {
    }

    /**
     * @param string|null $leaseToken null: the mailbox is not leased, because the batch is of a search
     *
     * @throws LeaseLostException
     * @throws StoringFailedException the checkpoint is where it was; other mailboxes can be stored
     */
    public function store(int $originId, ?string $leaseToken, Batch $batch): StoreResult
    {
        if ($batch->startsOver) {
            $this->storeMessages($originId, $leaseToken, $batch, [], BatchPart::First);
        }
        $slices = self::slices($batch->messages);
        $last = array_pop($slices) ?? [];
        $result = new StoreResult();
        foreach ($slices as $messages) {
            $result = $result->with($this->storeMessages($originId, $leaseToken, $batch, $messages, BatchPart::Earlier));
        }
        $reported = [];
        foreach ($batch->skipped as $item) {
            $reported[$item->itemId] = FailureReason::ofEngine($item->reason);
        }
        $result = $result->with($this->storeMessages($originId, $leaseToken, $batch, $last, BatchPart::Last, $reported));
        $this->failedItems->log($batch->mailbox, $result->skipped);

        return $result;
    }

    /**
     * @param list<Message>                $messages
     * @param array<string, FailureReason> $failures what the engine itself could not read
     */
    private function storeMessages(
        int $originId,
        ?string $leaseToken,
        Batch $batch,
        array $messages,
        BatchPart $part,
        array $failures = []
    ): StoreResult {
        try {
            $result = $this->transaction->run($originId, $leaseToken, $batch, $messages, $part, $failures);
            $this->culprits->noteStored($originId, \count($messages));

            return $result->with(new StoreResult(0, $failures));
        } catch (LeaseLostException $e) {
            throw $e;
        } catch (\Throwable $e) {
            if ([] === $messages || $this->culprits->areAll($e)) {
                throw $this->stop($batch, $e, \count($messages));
            }
            $this->logger->warning(
                'Exchange: a batch was refused, its messages are stored one by one.',
                ['mailbox' => $batch->mailbox, 'messages' => \count($messages), 'error' => $e::class]
            );
        }

        $result = $this->storeOneByOne($originId, $leaseToken, $batch, $messages);
        $failures += $result->skipped;
        try {
            return $result
                ->with(new StoreResult(0, $failures))
                ->with($this->transaction->run($originId, $leaseToken, $batch, [], $part, $failures));
        } catch (LeaseLostException $e) {
            throw $e;
        } catch (\Throwable $e) {
            throw $this->stop($batch, $e, 1);
        }
    }

    /**
     * @param non-empty-list<Message> $messages
     */
    private function storeOneByOne(int $originId, ?string $leaseToken, Batch $batch, array $messages): StoreResult
    {
        $result = new StoreResult();
        $failed = [];
        foreach ($messages as $message) {
            try {
                $result = $result->with(
                    $this->transaction->run($originId, $leaseToken, $batch, [$message], BatchPart::Earlier)
                );
                $this->culprits->noteStored($originId, 1);
            } catch (LeaseLostException $e) {
                throw $e;
            } catch (\Throwable $e) {
                $reason = FailureReason::of($e, $message);
                $failed[$message->itemId] = $reason;
                if ($this->culprits->areMore($originId, $message->itemId, $e, $reason, $failed)) {
                    $this->list($originId, $leaseToken, $batch, $failed);

                    throw $this->stop($batch, $e, \count($failed), $reason);
                }
                $result = $result->with(new StoreResult(0, [$message->itemId => $reason]));
            }
        }

        return $result;
    }

    /**
     * What stopped the mailbox is seen on the list, and how long it has done so.
     *
     * @param array<string, FailureReason> $failed
     */
    private function list(int $originId, ?string $leaseToken, Batch $batch, array $failed): void
    {
        try {
            $this->transaction->run($originId, $leaseToken, $batch, [], BatchPart::Earlier, $failed);
        } catch (\Throwable $e) {
            $this->logger->error('Exchange: the list of failed items was not written.', ['error' => $e::class]);
        }
        $this->failedItems->log($batch->mailbox, $failed);
    }

    /**
     * @return \Throwable the error itself where nothing can be written, not even its record
     */
    private function stop(Batch $batch, \Throwable $e, int $messages, ?FailureReason $reason = null): \Throwable
    {
        if (Blame::Database === Blame::of($e)) {
            return $e;
        }
        $failure = new StoringFailedException($batch->mailbox, $reason ?? FailureReason::of($e), $messages, $e);
        $this->logger->error('Exchange: ' . $failure->getMessage(), ['mailbox' => $batch->mailbox, 'error' => $e::class]);

        return $failure;
    }

    /**
     * The oldest first: in My Emails a thread is where its mail that was stored last is.
     *
     * @param list<Message> $messages
     *
     * @return list<list<Message>>
     */
    private static function slices(array $messages): array
    {
        usort($messages, static fn (Message $a, Message $b): int => [$a->sent, $a->received] <=> [$b->sent, $b->received]);
        $slices = [];
        $slice = [];
        $bytes = 0;
        foreach ($messages as $message) {
            if ([] !== $slice && $bytes + $message->size > self::BYTES_IN_TRANSACTION) {
                $slices[] = $slice;
                $slice = [];
                $bytes = 0;
            }
            $slice[] = $message;
            $bytes += $message->size;
        }
        if ([] !== $slice) {
            $slices[] = $slice;
        }

        return $slices;
    }
}
