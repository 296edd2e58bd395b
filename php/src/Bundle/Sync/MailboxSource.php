<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Sync;

use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Entity\ExchangeEmailFolder;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeSync\Mailbox;

/**
 * Gives the engine one mailbox after the other, with the checkpoints as they are at that moment, and remembers which origin
 * stands behind an address. Thousands of mailboxes are never in memory at once.
 */
final class MailboxSource
{
    /** @var array<string, int> origin id by address */
    private array $originIds = [];

    public function __construct(private readonly ManagerRegistry $doctrine)
    {
    }

    /**
     * @param list<int>                  $originIds
     * @param null|callable(int): bool   $mayStart  asked as late as possible
     * @param bool                       $goOn      false: without checkpoints, for a search
     *
     * @return \Generator<int, Mailbox>
     */
    public function open(array $originIds, ?callable $mayStart = null, bool $goOn = true): \Generator
    {
        $this->originIds = [];
        foreach ($originIds as $originId) {
            $em = $this->doctrine->getManagerForClass(ExchangeEmailOrigin::class);
            $start = $em->getRepository(ExchangeEmailOrigin::class)->getStart($originId);
            $address = $start['mailboxAddress'] ?? null;
            // two origins with one address, of a user and of a system mailbox, take turns
            if (null === $address || isset($this->originIds[$address])) {
                continue;
            }
            if (null !== $mayStart && !$mayStart($originId)) {
                continue;
            }
            $this->originIds[$address] = $originId;
            $checkpoints = [];
            if ($goOn) {
                $checkpoints = $em->getRepository(ExchangeEmailFolder::class)
                    ->getCheckpoints($em->getReference(ExchangeEmailOrigin::class, $originId));
                if (null !== $start['rootFolderId'] && null !== $start['rootCheckpoint']) {
                    $checkpoints[$start['rootFolderId']] = $start['rootCheckpoint'];
                }
            }

            yield new Mailbox($address, $checkpoints);
        }
    }

    public function originId(string $address): ?int
    {
        return $this->originIds[mb_strtolower($address)] ?? null;
    }

    /**
     * Whatever else comes of this mailbox is not for this run.
     */
    public function drop(string $address): void
    {
        unset($this->originIds[mb_strtolower($address)]);
    }
}
