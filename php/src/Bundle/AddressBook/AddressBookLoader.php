<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\AddressBook;

use ExchangeSync\AddressBook;
use Oro\Bundle\EmailBundle\Entity\Manager\EmailAddressManager;

/**
 * Fills the engine's address book with everybody an organization knows. Needs no memory of its own, however many they are.
 */
final class AddressBookLoader
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
        $rows = new StreamedQuery($this->addressManager->getEntityManager()->getConnection());
        $users = $contacts = [];
        foreach ($rows->rows($this->query->sql($organizationId)) as [$email, $userId, $contactId]) {
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

        return $book;
    }
}
