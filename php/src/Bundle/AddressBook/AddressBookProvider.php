<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\AddressBook;

use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Entity\LateAddress;
use ExchangeSync\AddressBook;

/**
 * The address book for a run: read anew, or the one that this process read a moment ago. A consumer reads one group of mailboxes
 * after the other, and a million addresses take it longer than fifty mailboxes without news.
 */
final class AddressBookProvider
{
    /**
     * Less than late addresses wait (LateAddressSchedule). So a run that begins after their search knows them, and one that
     * began before it is ended by it.
     */
    private const MAX_AGE_IN_SECONDS = 120;

    public function __construct(
        private readonly AddressBookLoader $loader,
        private readonly LastAddressBook $last,
        private readonly ManagerRegistry $doctrine
    ) {
    }

    public function getFresh(int $organizationId): AddressBook
    {
        return $this->read($organizationId, $this->state($organizationId));
    }

    /**
     * Knows every address that was noted as late; need not know users who joined the organization a moment ago.
     */
    public function getRecent(int $organizationId): AddressBook
    {
        $state = $this->state($organizationId);

        return $this->last->find($organizationId, $state, self::MAX_AGE_IN_SECONDS) ?? $this->read($organizationId, $state);
    }

    /**
     * @param string $state from before: what is noted while the addresses are read makes this book an old one
     */
    private function read(int $organizationId, string $state): AddressBook
    {
        $this->last->forget();
        $readAt = hrtime(true);
        $book = $this->loader->load($organizationId);
        $this->last->keep($organizationId, $state, $book, $readAt);

        return $book;
    }

    private function state(int $organizationId): string
    {
        return $this->doctrine->getManagerForClass(LateAddress::class)
            ->getRepository(LateAddress::class)
            ->getState($organizationId);
    }
}
