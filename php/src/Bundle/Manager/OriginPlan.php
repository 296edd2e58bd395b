<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Manager;

/**
 * What has to change so that the origins of users are those that should be read. Pure computation: knows no database.
 */
final readonly class OriginPlan
{
    /**
     * @param list<WantedMailbox>        $create
     * @param array<int, WantedMailbox>  $rename     by origin id: the user's address changed
     * @param array<int, WantedMailbox>  $move       by origin id: the user belongs to another organization now
     * @param list<int>                  $reactivate origin ids
     * @param list<int>                  $deactivate origin ids
     */
    private function __construct(
        public array $create,
        public array $rename,
        public array $move,
        public array $reactivate,
        public array $deactivate
    ) {
    }

    /**
     * @param iterable<WantedMailbox> $wanted of two users with one address, the first keeps it
     * @param iterable<KnownOrigin>   $known
     */
    public static function make(iterable $wanted, iterable $known): self
    {
        $missing = [];
        $taken = [];
        foreach ($wanted as $mailbox) {
            if (!isset($taken[$mailbox->address])) {
                $taken[$mailbox->address] = true;
                $missing[$mailbox->userId . ' ' . $mailbox->address] = $mailbox;
            }
        }

        $move = [];
        $reactivate = [];
        $surplus = [];
        foreach ($known as $origin) {
            $key = $origin->userId . ' ' . $origin->address;
            $mailbox = $missing[$key] ?? null;
            if (null === $mailbox) {
                $surplus[] = $origin;
                continue;
            }
            unset($missing[$key]);
            if (!$origin->active) {
                $reactivate[] = $origin->id;
            }
            if ($origin->organizationId !== $mailbox->organizationId) {
                $move[$origin->id] = $mailbox;
            }
        }

        $rename = self::findRenamed($missing, $surplus);

        return new self(
            array_values(array_diff_key($missing, array_flip(array_map(
                static fn (WantedMailbox $mailbox): string => $mailbox->userId . ' ' . $mailbox->address,
                $rename
            )))),
            $rename,
            $move,
            $reactivate,
            array_values(array_map(
                static fn (KnownOrigin $origin): int => $origin->id,
                array_filter(
                    $surplus,
                    static fn (KnownOrigin $origin): bool => $origin->active && !isset($rename[$origin->id])
                )
            ))
        );
    }

    public function isEmpty(): bool
    {
        return [] === array_merge($this->create, $this->rename, $this->move, $this->reactivate, $this->deactivate);
    }

    /**
     * Where exactly one address of a user went and one came, the mailbox was renamed: its origin goes on with what it has.
     *
     * @param array<string, WantedMailbox> $missing
     * @param list<KnownOrigin>            $surplus
     *
     * @return array<int, WantedMailbox>
     */
    private static function findRenamed(array $missing, array $surplus): array
    {
        $came = [];
        foreach ($missing as $mailbox) {
            $came[$mailbox->userId][] = $mailbox;
        }
        $went = [];
        foreach ($surplus as $origin) {
            if ($origin->active) {
                $went[$origin->userId][] = $origin;
            }
        }

        $renamed = [];
        foreach ($went as $userId => $origins) {
            if (1 === \count($origins) && 1 === \count($came[$userId] ?? [])) {
                $renamed[$origins[0]->id] = $came[$userId][0];
            }
        }

        return $renamed;
    }
}
