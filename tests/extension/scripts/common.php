<?php

// What the scripts share: the options come from the environment, the book is always the same.

declare(strict_types=1);

use ExchangeSync\AddressBook;
use ExchangeSync\Mailbox;

function sync(array $more = []): ExchangeSync
{
    return new ExchangeSync($more + json_decode((string) getenv('OPTIONS'), true, 8, JSON_THROW_ON_ERROR));
}

function book(): AddressBook
{
    $book = new AddressBook();
    $book->addUsers([['jane@example.com', 1]]);
    $book->addContacts([['c@customer.example', 7]]);

    return $book;
}

/** @return list<Mailbox> */
function jane(): array
{
    return [new Mailbox('jane@example.com')];
}

function threads(): int
{
    return count(scandir('/proc/self/task')) - 2;
}
