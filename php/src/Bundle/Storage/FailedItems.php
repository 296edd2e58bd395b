<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Storage;

use Doctrine\ORM\EntityManagerInterface;
use ExchangeMail\Bundle\Entity\ExchangeEmailFolder;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Entity\FailedItem;
use Psr\Log\LoggerInterface;

/**
 * Keeps the list of items that were not stored, and the mailbox's counter with it. To be called inside a transaction.
 */
final class FailedItems
{
    private const ERROR_CLASS_LENGTH = 255;

    public function __construct(private readonly LoggerInterface $logger)
    {
    }

    /**
     * @param array<string, FailureReason> $failures by EWS ItemId
     */
    public function record(
        EntityManagerInterface $em,
        ExchangeEmailOrigin $origin,
        ExchangeEmailFolder $folder,
        array $failures
    ): void {
        $known = $em->getRepository(FailedItem::class)->findByItemIds($folder, self::ids($failures));
        foreach ($failures as $itemId => $reason) {
            $item = $known[$itemId] ?? null;
            if (null === $item) {
                $item = new FailedItem($origin, $folder, (string)$itemId);
                $em->persist($item);
                $origin->addToCounters(0, 1);
            }
            $item->recordFailure(Text::shortened($reason->class, self::ERROR_CLASS_LENGTH), $reason->text);
        }
    }

    /**
     * The items were stored, or have left their folder.
     *
     * @param list<string> $itemIds unknown ones are ignored
     */
    public function forget(
        EntityManagerInterface $em,
        ExchangeEmailOrigin $origin,
        ExchangeEmailFolder $folder,
        array $itemIds
    ): void {
        // nearly always there is none, and the origin knows that without a query
        if (0 === $origin->getSkipped()) {
            return;
        }
        foreach ($em->getRepository(FailedItem::class)->findByItemIds($folder, $itemIds) as $item) {
            $em->remove($item);
            $origin->addToCounters(0, -1);
        }
    }

    /**
     * The folder is gone, and all its items with it.
     */
    public function forgetFolder(EntityManagerInterface $em, ExchangeEmailOrigin $origin, ExchangeEmailFolder $folder): void
    {
        foreach ($em->getRepository(FailedItem::class)->findBy(['exchangeFolder' => $folder]) as $item) {
            $em->remove($item);
            $origin->addToCounters(0, -1);
        }
    }

    /**
     * To be called after the transaction.
     *
     * @param array<string, FailureReason> $failures by EWS ItemId
     */
    public function log(string $mailbox, array $failures): void
    {
        foreach ($failures as $itemId => $reason) {
            $this->logger->error('Exchange: a message was not stored. It is tried again.', [
                'mailbox' => $mailbox,
                'item' => (string)$itemId,
                'error' => $reason->class,
                'reason' => $reason->text,
            ]);
        }
    }

    /**
     * @param array<string, FailureReason> $failures
     *
     * @return list<string>
     */
    private static function ids(array $failures): array
    {
        return array_map('strval', array_keys($failures));
    }
}
