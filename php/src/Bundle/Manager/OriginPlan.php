<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Manager;

/**
 * What has to change so that the origins of users are those that should be read. Pure computation: knows no database.
 */
final readonly class OriginPlan
{
    /**
     * @param list<WantedMailbox>       $create
     * @param array<int, WantedMailbox> $rename    by origin id: the user's address changed
     * @param list<int>                 $switchOn  origin ids
     * @param list<int>                 $switchOff origin ids
     */
    private function __construct(
        public array $create,
        public array $rename,
        public array $switchOn,
        public array $switchOff
    ) {
    }

    /**
     * @param iterable<WantedMailbox> $wanted of two users with one address, the first keeps it
     * @param iterable<KnownOrigin>   $known
     */
    public static function make(iterable $wanted, iterable $known): self
    {
        $missing = [];
        $readers = [];
        foreach ($wanted as $mailbox) {
            $readers[$mailbox->address] ??= $mailbox->userId;
            if ($readers[$mailbox->address] === $mailbox->userId) {
                $missing[$mailbox->key()] = $mailbox;
            }
        }

        $switchOn = [];
        $surplus = [];
        foreach ($known as $origin) {
            if (!isset($missing[$origin->key()])) {
                $surplus[] = $origin;
                continue;
            }
            unset($missing[$origin->key()]);
            if (!$origin->isSyncEnabled) {
                $switchOn[] = $origin->id;
            }
        }

        $surplus = array_filter($surplus, static fn (KnownOrigin $origin): bool => $origin->isSyncEnabled);
        $rename = self::findRenamed($missing, $surplus);
        foreach ($rename as $mailbox) {
            unset($missing[$mailbox->key()]);
        }
        $switchOff = [];
        foreach ($surplus as $origin) {
            if (!isset($rename[$origin->id])) {
                $switchOff[] = $origin->id;
            }
        }

        return new self(array_values($missing), $rename, $switchOn, $switchOff);
    }

    public function isEmpty(): bool
    {
        return [] === array_merge($this->create, $this->rename, $this->switchOn, $this->switchOff);
    }

    /**
     * Where exactly one address of a user went and one came, the mailbox was renamed: its origin goes on with what it has.
     *
     * @param array<string, WantedMailbox> $missing
     * @param array<KnownOrigin>           $surplus
     *
     * @return array<int, WantedMailbox>
     */
    private static function findRenamed(array $missing, array $surplus): array
    {
        $came = [];
        foreach ($missing as $mailbox) {
            $came[$mailbox->reader()][] = $mailbox;
        }
        $went = [];
        foreach ($surplus as $origin) {
            $went[$origin->reader()][] = $origin;
        }

        $renamed = [];
        foreach ($went as $reader => $origins) {
            if (1 === \count($origins) && 1 === \count($came[$reader] ?? [])) {
                $renamed[$origins[0]->id] = $came[$reader][0];
            }
        }

        return $renamed;
    }
}
