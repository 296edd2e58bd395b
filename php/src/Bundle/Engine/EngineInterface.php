<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Engine;

use ExchangeSync\AddressBook;
use ExchangeSync\Batch;
use ExchangeSync\Mailbox;
use ExchangeSync\Message;
use ExchangeSync\Watch;

/**
 * The native engine as the bundle sees it. Exists so that tests can play the server; the only implementation is NativeEngine.
 */
interface EngineInterface
{
    /**
     * Reads what is new. Asking for the next batch means: the current one is stored.
     *
     * @param iterable<Mailbox> $mailboxes pulled as the engine has room
     *
     * @return iterable<int, Batch>
     *
     * @throws \ExchangeSync\Exception
     */
    public function run(iterable $mailboxes, AddressBook $book): iterable;

    /**
     * Finds earlier mail of the given addresses. The batches carry no checkpoint.
     *
     * @param iterable<Mailbox> $mailboxes
     * @param list<string>      $participants
     *
     * @return iterable<int, Batch>
     *
     * @throws \ExchangeSync\Exception
     */
    public function search(iterable $mailboxes, AddressBook $book, array $participants): iterable;

    /**
     * @return Message|null null: the item is gone from the server
     *
     * @throws \ExchangeSync\Exception
     */
    public function message(string $mailbox, string $itemId): ?Message;

    /**
     * @param list<string> $itemIds
     *
     * @return list<string> ids of items that are gone
     *
     * @throws \ExchangeSync\Exception
     */
    public function setRead(string $mailbox, array $itemIds, bool $read): array;

    /**
     * Tells which mailboxes have news, as it happens. Each is told once at the beginning.
     *
     * @param list<string> $mailboxes
     *
     * @throws \ExchangeSync\Exception
     */
    public function watch(array $mailboxes): Watch;
}
