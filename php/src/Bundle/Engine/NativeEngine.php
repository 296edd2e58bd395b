<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Engine;

use ExchangeSync\AddressBook;
use ExchangeSync\Message;
use ExchangeSync\Watch;

/**
 * Hands calls to the extension exchange_sync. Knows nothing else.
 */
final class NativeEngine implements EngineInterface
{
    public function __construct(private readonly \ExchangeSync $sync)
    {
    }

    public function run(iterable $mailboxes, AddressBook $book): iterable
    {
        return $this->sync->run($mailboxes, $book);
    }

    public function search(iterable $mailboxes, AddressBook $book, array $participants): iterable
    {
        return $this->sync->search($mailboxes, $book, $participants);
    }

    public function message(string $mailbox, string $itemId): ?Message
    {
        return $this->sync->message($mailbox, $itemId);
    }

    public function setRead(string $mailbox, array $itemIds, bool $read): array
    {
        return $this->sync->setRead($mailbox, $itemIds, $read);
    }

    public function watch(array $mailboxes): Watch
    {
        return $this->sync->watch($mailboxes);
    }
}
