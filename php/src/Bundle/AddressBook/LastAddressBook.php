<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\AddressBook;

use ExchangeSync\AddressBook;

/**
 * The address book that this process read last. It outlives the reset of the container that a consumer makes after each
 * message, so it depends on nothing.
 */
final class LastAddressBook
{
    private ?AddressBook $book = null;
    private int $organizationId = 0;
    private int $readAt = 0;

    /** Of the list of late addresses when the book was brought up to date. */
    private string $state = '';

    /** @var array<int, true> ids of late addresses that the book knows */
    private array $late = [];

    /** @var array<int, true> new mailboxes whose users the book knows */
    private array $newOrigins = [];

    /**
     * @param int       $readAt     nanoseconds of hrtime() before its reading began
     * @param list<int> $newOrigins mailboxes that were never read, whose users it knows
     */
    public function keep(int $organizationId, AddressBook $book, int $readAt, array $newOrigins = []): void
    {
        [$this->organizationId, $this->book, $this->readAt] = [$organizationId, $book, $readAt];
        $this->newOrigins = array_fill_keys($newOrigins, true);
    }

    /**
     * Frees its memory, so that there are never two.
     */
    public function forget(): void
    {
        $this->book = null;
    }

    /**
     * @param list<int> $newOrigins mailboxes that were never read; one that the book was not read for makes it useless
     */
    public function find(int $organizationId, int $maxAgeInSeconds, array $newOrigins = []): ?AddressBook
    {
        $isUsable = $organizationId === $this->organizationId
            && hrtime(true) - $this->readAt < $maxAgeInSeconds * 1_000_000_000
            && [] === array_diff_key(array_fill_keys($newOrigins, true), $this->newOrigins);

        return $isUsable ? $this->book : null;
    }

    public function isUpToDate(string $state): bool
    {
        return $state === $this->state;
    }

    /**
     * @param array<int, string> $addresses late addresses by id
     *
     * @return array<int, string> those that the book was not told
     */
    public function unknown(array $addresses): array
    {
        return array_diff_key($addresses, $this->late);
    }

    /**
     * The book knows these, which are all that wait.
     *
     * @param array<int, string> $addresses late addresses by id
     */
    public function update(string $state, array $addresses): void
    {
        $this->state = $state;
        $this->late = array_fill_keys(array_keys($addresses), true);
    }
}
