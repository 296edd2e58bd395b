<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\AddressBook;

use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Entity\LateAddress;
use ExchangeMail\Bundle\Entity\Repository\LateAddressRepository;
use ExchangeSync\AddressBook;

/**
 * The address book for a run: read anew, or the one that this process read a moment ago, with the addresses that came since. A
 * consumer reads one group of mailboxes after the other, and a million addresses take it longer than fifty mailboxes without news.
 */
class AddressBookProvider
{
    /**
     * Less than late addresses wait (LateAddressSchedule): whatever the list of them has lost, the book was read with.
     */
    private const MAX_AGE_IN_SECONDS = 120;

    /** More, as in an import, are read with the whole book. */
    private const ADDRESSES_AT_MOST = 1000;

    public function __construct(
        private readonly AddressBookLoader $loader,
        private readonly LastAddressBook $last,
        private readonly ManagerRegistry $doctrine
    ) {
    }

    /**
     * Knows every address that has an owner now. What somebody lost in the last two minutes it may know still.
     *
     * @param list<int> $newOrigins mailboxes that were never read: their users may belong to the organization since a moment,
     *                              which no address tells
     */
    public function get(int $organizationId, array $newOrigins = []): AddressBook
    {
        $state = $this->addresses()->getState($organizationId);
        $book = $this->last->find($organizationId, self::MAX_AGE_IN_SECONDS, $newOrigins);
        if (null === $book) {
            return $this->read($organizationId, $state, $newOrigins);
        }
        if ($this->last->isUpToDate($state)) {
            return $book;
        }
        $late = $this->late($organizationId);
        if (\count($late) > self::ADDRESSES_AT_MOST) {
            return $this->read($organizationId, $state, $newOrigins);
        }
        $this->loader->add($book, $organizationId, array_values($this->last->unknown($late)));
        $this->last->update($state, $late);

        return $book;
    }

    /**
     * @param string    $state      from before: what is noted while the addresses are read is added the next time
     * @param list<int> $newOrigins
     */
    private function read(int $organizationId, string $state, array $newOrigins): AddressBook
    {
        $this->last->forget();
        $late = str_starts_with($state, '0:') ? [] : $this->late($organizationId);
        $readAt = hrtime(true);
        $book = $this->loader->load($organizationId);
        $this->last->keep($organizationId, $book, $readAt, $newOrigins);
        $this->last->update($state, $late);

        return $book;
    }

    /**
     * @return array<int, string>
     */
    private function late(int $organizationId): array
    {
        return $this->addresses()->getAll($organizationId, self::ADDRESSES_AT_MOST + 1);
    }

    private function addresses(): LateAddressRepository
    {
        return $this->doctrine->getManagerForClass(LateAddress::class)->getRepository(LateAddress::class);
    }
}
