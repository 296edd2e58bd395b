<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Storage;

use Doctrine\ORM\EntityManagerInterface;
use ExchangeMail\Bundle\Entity\ExchangeEmailFolder;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Exception\LeaseLostException;
use ExchangeMail\Bundle\Lease\OriginLeases;
use ExchangeSync\Batch;
use ExchangeSync\Message;

/**
 * Writes messages, what changed in their folder, and the checkpoint in one transaction. Lets every error out.
 */
final class BatchTransaction
{
    public function __construct(
        private readonly Transactions $transactions,
        private readonly OriginLeases $leases,
        private readonly MailStore $mail,
        private readonly PlaceStore $places,
        private readonly FolderStore $folders,
        private readonly KnownMail $known,
        private readonly FailedItems $failedItems,
        private readonly Triggers $triggers,
        private readonly KeyLocks $locks,
        private readonly OrganizationContext $organization
    ) {
    }

    /**
     * @param string|null                  $leaseToken null: the mailbox is not leased, because the batch is of a search
     * @param list<Message>                $messages   of the batch
     * @param array<string, FailureReason> $failures   to be put on the list of failed items, by EWS ItemId
     *
     * @throws LeaseLostException|\Throwable
     */
    public function run(
        int $originId,
        ?string $leaseToken,
        Batch $batch,
        array $messages,
        BatchPart $part,
        array $failures = []
    ): StoreResult {
        return $this->attempt(
            $originId,
            $leaseToken,
            $messages,
            fn (EntityManagerInterface $em, ExchangeEmailOrigin $origin): StoreResult
                => $this->write(
                    $em,
                    $origin,
                    $batch,
                    $messages,
                    $part,
                    $failures,
                    null === $leaseToken ? Discovery::Search : Discovery::Reading
                )
        );
    }

    /**
     * Stores one message into a folder that is known already, outside of a run.
     *
     * @throws LeaseLostException|\Throwable
     */
    public function runOne(int $originId, int $exchangeFolderId, Message $message): StoreResult
    {
        return $this->attempt(
            $originId,
            null,
            [$message],
            function (EntityManagerInterface $em, ExchangeEmailOrigin $origin) use ($exchangeFolderId, $message): StoreResult {
                $folder = $em->find(ExchangeEmailFolder::class, $exchangeFolderId);

                return null === $folder
                    ? new StoreResult()
                    : $this->writeMessages($em, $origin, $folder, [$message], Discovery::Reading);
            }
        );
    }

    /**
     * @param list<Message>                                                      $messages
     * @param callable(EntityManagerInterface, ExchangeEmailOrigin): StoreResult $write
     */
    private function attempt(int $originId, ?string $leaseToken, array $messages, callable $write): StoreResult
    {
        $names = [];
        try {
            return $this->transactions->run(
                function (EntityManagerInterface $em) use ($originId, $leaseToken, $write, &$names): StoreResult {
                    // before anything is read: everybody takes locks in this order, and sees what was stored meanwhile
                    $this->locks->acquire($em->getConnection(), $names);
                    $this->leases->lock($originId, $leaseToken);
                    $origin = $em->find(ExchangeEmailOrigin::class, $originId);
                    if (null === $origin) {
                        throw new LeaseLostException($originId);
                    }
                    $organizationId = (int)$origin->getOrganization()->getId();
                    $this->organization->enter($em, $organizationId, $origin->getOwner()?->getId());
                    $result = $write($em, $origin);
                    $origin->addToCounters($result->collected, 0);
                    $em->flush();
                    $this->triggers->mute(fn () => $this->mail->announceBodies($em, $result->oldBodies));
                    $this->mail->announceBodies($em, $result->bodies);

                    return $result;
                },
                function (EntityManagerInterface $em) use ($messages, &$names): void {
                    $this->locks->release();
                    $names = $this->known->getLockNames($em, $messages);
                }
            );
        } finally {
            $this->locks->release();
        }
    }

    /**
     * @param list<Message>                $messages
     * @param array<string, FailureReason> $failures
     */
    private function write(
        EntityManagerInterface $em,
        ExchangeEmailOrigin $origin,
        Batch $batch,
        array $messages,
        BatchPart $part,
        array $failures,
        Discovery $discovery
    ): StoreResult {
        if (null === $batch->folder) {
            return new StoreResult();
        }
        if ('root' === $batch->folder->type) {
            if (BatchPart::Last === $part && null !== $batch->checkpoint) {
                $origin->setRootCheckpoint($batch->folder->id, $batch->checkpoint);
            }

            return new StoreResult();
        }

        if ($batch->folderGone) {
            if (BatchPart::Last === $part) {
                $this->removeFolder($em, $origin, $batch->folder->id);
            }

            return new StoreResult();
        }

        $folder = $this->folders->resolve($em, $origin, $batch->folder);
        if (BatchPart::First === $part) {
            $this->places->doubt($em, $folder);

            return new StoreResult();
        }
        $result = $this->writeMessages($em, $origin, $folder, $messages, $discovery);
        $this->failedItems->record($em, $origin, $folder, $failures);
        if (BatchPart::Last === $part) {
            $this->places->forget($em, $origin, $folder, $batch->removed);
            $this->failedItems->forget($em, $origin, $folder, $batch->removed);
            $this->places->mark($em, $origin, $folder, $batch->readFlags);
            if ($batch->whole) {
                $this->places->forgetDoubted($em, $origin, $folder);
            }
            if (null !== $batch->checkpoint) {
                $folder->setCheckpoint($batch->checkpoint);
                $folder->getFolder()->setSynchronizedAt(new \DateTime('now', new \DateTimeZone('UTC')));
            }
        }

        return $result;
    }

    private function removeFolder(EntityManagerInterface $em, ExchangeEmailOrigin $origin, string $folderId): void
    {
        $folder = $this->folders->find($em, $origin, $folderId);
        if (null === $folder) {
            return;
        }
        $this->places->doubt($em, $folder);
        $this->places->forgetDoubted($em, $origin, $folder);
        $this->failedItems->forgetFolder($em, $origin, $folder);
        $this->folders->remove($em, $folder);
    }

    /**
     * @param list<Message> $messages
     */
    private function writeMessages(
        EntityManagerInterface $em,
        ExchangeEmailOrigin $origin,
        ExchangeEmailFolder $folder,
        array $messages,
        Discovery $discovery
    ): StoreResult {
        $old = $new = [];
        foreach ($messages as $message) {
            if (Discovery::Search === $discovery || $origin->isTooOldToTrigger($message->sent, $message->received)) {
                $old[] = $message;
            } else {
                $new[] = $message;
            }
        }
        $ofOld = [] === $old
            ? new StoreResult()
            : $this->triggers->mute(fn (): StoreResult => $this->mail->store($em, $origin, $folder, $old));
        $ofNew = [] === $new ? new StoreResult() : $this->mail->store($em, $origin, $folder, $new);
        $this->failedItems->forget(
            $em,
            $origin,
            $folder,
            array_map(static fn (Message $message): string => $message->itemId, $messages)
        );

        return new StoreResult($ofOld->collected + $ofNew->collected, [], $ofNew->bodies, $ofOld->bodies);
    }
}
