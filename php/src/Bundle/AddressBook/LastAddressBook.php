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
    private string $state = '';
    private int $readAt = 0;

    /**
     * @param int $readAt nanoseconds of hrtime() before its reading began
     */
    public function keep(int $organizationId, string $state, AddressBook $book, int $readAt): void
    {
        [$this->organizationId, $this->state, $this->book, $this->readAt] = [$organizationId, $state, $book, $readAt];
    }

    /**
     * Frees its memory, so that there are never two.
     */
    public function forget(): void
    {
        $this->book = null;
    }

    /**
     * @param string $state what it was kept with; another one makes it useless
     */
    public function find(int $organizationId, string $state, int $maxAgeInSeconds): ?AddressBook
    {
        $isUsable = $organizationId === $this->organizationId
            && $state === $this->state
            && hrtime(true) - $this->readAt < $maxAgeInSeconds * 1_000_000_000;

        return $isUsable ? $this->book : null;
    }
}
