<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Storage;

use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Entity\FailedItem;
use ExchangeMail\Bundle\Entity\Repository\FailedItemRepository;

/**
 * Decides whether an error is of one message, which is left for later, or of every message, so that going on would empty the
 * mailbox into the list of failed items. Who is in doubt stops; a message that was in the way for a day is let pass.
 */
final class Culprits
{
    /** So many at the beginning of a batch are no accident. */
    private const FIRST_ONES = 3;

    private const LET_PASS_AFTER_HOURS = 24;

    private const JUST_NOW_IN_MINUTES = 60;

    /** @var array<int, array{0: string, 1: string}> EWS ItemId and error class of the last failure since which nothing was stored, by origin */
    private array $last = [];

    /** @var array<int, int> messages in a row that were refused, by origin */
    private array $row = [];

    public function __construct(private readonly ManagerRegistry $doctrine)
    {
    }

    /**
     * Whether an error of a whole batch needs no further question.
     */
    public function areAll(\Throwable $e): bool
    {
        return \in_array(Blame::of($e), [Blame::Mailbox, Blame::Database], true);
    }

    /**
     * @param int $messages that were stored
     */
    public function noteStored(int $originId, int $messages): void
    {
        if ($messages > 0) {
            unset($this->last[$originId], $this->row[$originId]);
        }
    }

    /**
     * Whether more than this message is refused.
     *
     * @param array<string, FailureReason> $failed of this batch, this message too, by EWS ItemId
     */
    public function areMore(int $originId, string $itemId, \Throwable $e, FailureReason $reason, array $failed): bool
    {
        if ($this->areAll($e)) {
            return true;
        }
        $before = $this->last[$originId] ?? null;
        $this->last[$originId] = [$itemId, $reason->class];
        $this->row[$originId] = ($this->row[$originId] ?? 0) + 1;
        if ($this->items()->isOld($originId, $itemId, self::LET_PASS_AFTER_HOURS)) {
            return false;
        }
        if ($this->row[$originId] >= self::FIRST_ONES) {
            return true;
        }
        if (Blame::Message === Blame::of($e)) {
            return false;
        }
        $alike = array_filter($failed, static fn (FailureReason $other): bool => $other->class === $reason->class);

        return \count($alike) > 1
            || (null !== $before && $before[0] !== $itemId && $before[1] === $reason->class)
            || $this->items()->hasAnother($originId, $itemId, $reason->class, self::JUST_NOW_IN_MINUTES);
    }

    private function items(): FailedItemRepository
    {
        return $this->doctrine->getManagerForClass(FailedItem::class)->getRepository(FailedItem::class);
    }
}
