<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\AddressBook;

use Doctrine\DBAL\Connection;
use ExchangeSync\AddressBook;
use Oro\Bundle\EmailBundle\Entity\Manager\EmailAddressManager;

/**
 * Fills the engine's address book with everybody an organization knows. Needs no memory of its own, however many they are.
 */
class AddressBookLoader
{
    private const ADDRESSES_AT_ONCE = 1000;

    public function __construct(
        private readonly AddressQuery $query,
        private readonly EmailAddressManager $addressManager
    ) {
    }

    public function load(int $organizationId): AddressBook
    {
        $book = new AddressBook();
        $rows = new StreamedQuery($this->connection());
        $this->fill($book, $rows->rows($this->query->sql($organizationId)));

        return $book;
    }

    /**
     * Adds those of the addresses that somebody of the organization owns.
     *
     * @param list<string> $addresses as Oro spells them
     */
    public function add(AddressBook $book, int $organizationId, array $addresses): void
    {
        if ([] !== $addresses) {
            $rows = $this->connection()->executeQuery(
                $this->query->sql($organizationId) . ' AND a.email IN (:addresses)',
                ['addresses' => $addresses],
                ['addresses' => Connection::PARAM_STR_ARRAY]
            );
            $this->fill($book, $rows->fetchAllNumeric());
        }
    }

    /**
     * @param iterable<list<mixed>> $rows address, id of a user or null, id of a contact or null
     */
    private function fill(AddressBook $book, iterable $rows): void
    {
        $users = $contacts = [];
        foreach ($rows as [$email, $userId, $contactId]) {
            if (null !== $userId) {
                $users[] = [$email, (int)$userId];
            }
            if (null !== $contactId) {
                $contacts[] = [$email, (int)$contactId];
            }
            if (\count($users) >= self::ADDRESSES_AT_ONCE) {
                $book->addUsers($users);
                $users = [];
            }
            if (\count($contacts) >= self::ADDRESSES_AT_ONCE) {
                $book->addContacts($contacts);
                $contacts = [];
            }
        }
        $book->addUsers($users);
        $book->addContacts($contacts);
    }

    private function connection(): Connection
    {
        return $this->addressManager->getEntityManager()->getConnection();
    }
}
