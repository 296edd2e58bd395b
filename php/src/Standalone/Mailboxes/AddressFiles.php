<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Mailboxes;

use ExchangeMail\Standalone\Configuration\Configuration;
use ExchangeMail\Standalone\Configuration\ConfigurationProblem;
use ExchangeSync\AddressBook;

/**
 * Reads both address files into the book that a run matches with.
 */
final class AddressFiles
{
    /**
     * @throws ConfigurationProblem naming file and line
     */
    public static function book(Configuration $configuration): AddressBook
    {
        $book = new AddressBook();
        $book->addContacts(new AddressFile($configuration->contacts));
        $book->addUsers(new AddressFile($configuration->users));

        return $book;
    }
}
