<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Storage;

use Doctrine\DBAL\Exception\ConnectionException;
use Doctrine\DBAL\Exception\DriverException;
use Doctrine\DBAL\Exception\RetryableException;
use Doctrine\ORM\EntityManagerInterface;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Lease\LeaseLostException;
use ExchangeMail\Bundle\Lease\OriginLeases;
use ExchangeSync\Batch;
use ExchangeSync\Message;
use Psr\Log\LoggerInterface;

/**
 * Stores one batch of the engine: mail, folders, read flags and the checkpoint in one transaction.
 *
 * A batch with large attachments takes several, of which the last has the checkpoint: what is read twice is stored once. A
 * message that the database refuses is left out, counted and logged; the rest of its batch is stored.
 */
final class BatchStore
{
    private const BYTES_IN_TRANSACTION = 32 * 1024 * 1024;

    public function __construct(
        private readonly Transactions $transactions,
        private readonly OriginLeases $leases,
        private readonly MailStore $mail,
        private readonly PlaceStore $places,
        private readonly FolderStore $folders,
        private readonly KeyLocks $locks,
        private readonly OrganizationContext $organization,
        private readonly LoggerInterface $logger
    ) {
    }

    /**
     * @param string|null $leaseToken null: the mailbox is not leased, because the batch is of a search
     *
     * @throws LeaseLostException
     */
    public function store(int $originId, ?string $leaseToken, Batch $batch): StoreResult
    {
        $slices = self::slices($batch->messages);
        $last = array_pop($slices) ?? [];
        $result = new StoreResult(0, $this->reported($batch));
        foreach ($slices as $messages) {
            $result = $result->with($this->storeMessages($originId, $leaseToken, $batch, $messages, false));
        }

        return $result->with($this->storeMessages($originId, $leaseToken, $batch, $last, true));
    }

    /**
     * @param list<Message> $messages
     */
    private function storeMessages(
        int $originId,
        ?string $leaseToken,
        Batch $batch,
        array $messages,
        bool $isLast
    ): StoreResult {
        try {
            return $this->attempt($originId, $leaseToken, $batch, $messages, $isLast);
        } catch (LeaseLostException $e) {
            throw $e;
        } catch (\Throwable $e) {
            if ([] === $messages || self::concernsEveryMessage($e)) {
                throw $e;
            }
            $this->logger->warning(
                'Exchange: a batch was refused, its messages are stored one by one.',
                ['mailbox' => $batch->mailbox, 'messages' => \count($messages), 'error' => $e::class]
            );
        }

        $result = new StoreResult();
        $lost = 0;
        foreach ($messages as $message) {
            try {
                $result = $result->with($this->attempt($originId, $leaseToken, $batch, [$message], false));
            } catch (LeaseLostException $e) {
                throw $e;
            } catch (\Throwable $e) {
                if (self::concernsEveryMessage($e)) {
                    throw $e;
                }
                $this->logSkipped($batch->mailbox, $message->itemId, $e::class);
                $result = $result->with(new StoreResult(0, [$message->itemId => $e::class]));
                ++$lost;
            }
        }

        return $result->with($this->attempt($originId, $leaseToken, $batch, [], $isLast, $lost));
    }

    /**
     * @param list<Message> $messages
     * @param int           $lost     messages that were left out before and are to be counted
     */
    private function attempt(
        int $originId,
        ?string $leaseToken,
        Batch $batch,
        array $messages,
        bool $isLast,
        int $lost = 0
    ): StoreResult {
        try {
            return $this->transactions->run(
                fn (EntityManagerInterface $em): StoreResult
                    => $this->storeInTransaction($em, $originId, $leaseToken, $batch, $messages, $isLast, $lost)
            );
        } finally {
            $this->locks->release();
        }
    }

    /**
     * @param list<Message> $messages
     */
    private function storeInTransaction(
        EntityManagerInterface $em,
        int $originId,
        ?string $leaseToken,
        Batch $batch,
        array $messages,
        bool $isLast,
        int $lost
    ): StoreResult {
        $this->leases->lock($originId, $leaseToken);
        $origin = $em->find(ExchangeEmailOrigin::class, $originId);
        if (null === $origin) {
            throw new LeaseLostException($originId);
        }
        $organizationId = (int)$origin->getOrganization()->getId();
        $this->organization->enter($em, $organizationId);
        $result = $this->write($em, $origin, $batch, $messages, $isLast);
        $origin->addToCounters(
            $result->collected,
            \count($result->skipped) + $lost + ($isLast ? \count($batch->skipped) : 0)
        );
        $em->flush();
        $this->mail->announceBodies($em, $result->bodies, $organizationId);

        return $result;
    }

    /**
     * @param list<Message> $messages
     */
    private function write(
        EntityManagerInterface $em,
        ExchangeEmailOrigin $origin,
        Batch $batch,
        array $messages,
        bool $isLast
    ): StoreResult {
        if (null === $batch->folder) {
            return new StoreResult();
        }
        if ('root' === $batch->folder->type) {
            if ($isLast && null !== $batch->checkpoint) {
                $origin->setRootCheckpoint($batch->folder->id, $batch->checkpoint);
            }

            return new StoreResult();
        }

        $folder = $this->folders->resolve($em, $origin, $batch->folder);
        $result = [] === $messages
            ? new StoreResult()
            : $this->mail->store($em, $origin, $folder, $messages, $batch->mailbox);
        if ($isLast) {
            $this->places->forget($em, $origin, $folder, $batch->removed);
            $this->places->mark($em, $origin, $folder, $batch->readFlags);
            if (null !== $batch->checkpoint) {
                $folder->setCheckpoint($batch->checkpoint);
                $folder->getFolder()->setSynchronizedAt(new \DateTime('now', new \DateTimeZone('UTC')));
            }
        }

        return $result;
    }

    /**
     * What the engine itself could not read.
     *
     * @return array<string, string>
     */
    private function reported(Batch $batch): array
    {
        $skipped = [];
        foreach ($batch->skipped as $item) {
            $this->logSkipped($batch->mailbox, $item->itemId, $item->reason);
            $skipped[$item->itemId] = $item->reason;
        }

        return $skipped;
    }

    private function logSkipped(string $mailbox, string $itemId, string $reason): void
    {
        $this->logger->warning(
            'Exchange: a message was skipped.',
            ['mailbox' => $mailbox, 'item' => $itemId, 'reason' => $reason]
        );
    }

    /**
     * Whether the next message would fail alike, so that mail would be lost by going on. Of the database's errors only bad
     * data, a violated constraint and a size limit are a message's own (SQLSTATE classes 22, 23, 54; MySQL's HY).
     */
    private static function concernsEveryMessage(\Throwable $e): bool
    {
        if (!$e instanceof DriverException) {
            return $e instanceof \Error && !$e instanceof \TypeError && !$e instanceof \ValueError;
        }

        return !\in_array(substr((string)$e->getSQLState(), 0, 2), ['22', '23', '54', 'HY'], true)
            || $e instanceof ConnectionException
            || $e instanceof RetryableException;
    }

    /**
     * @param list<Message> $messages
     *
     * @return list<list<Message>>
     */
    private static function slices(array $messages): array
    {
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
