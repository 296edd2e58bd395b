<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing\Host;

use ExchangeMail\Bundle\Engine\EngineInterface;
use ExchangeMail\Bundle\Engine\EngineProviderInterface;
use ExchangeSync\AddressBook;
use ExchangeSync\Batch;
use ExchangeSync\Mailbox;
use ExchangeSync\Message;
use ExchangeSync\News;
use ExchangeSync\Watch;

/**
 * Plays the engine: gives prepared batches for the mailboxes it is handed, and remembers what it was asked.
 */
final class PlayedEngine implements EngineInterface, EngineProviderInterface
{
    /** @var array<string, iterable<Batch>> by mailbox */
    public array $batches = [];

    /** @var array<string, Message|\Throwable|null> by item id; an exception is thrown */
    public array $messages = [];

    /** @var list<Mailbox> */
    public array $mailboxes = [];

    /** @var list<list<string>> */
    public array $searches = [];

    /** @var list<array{0: string, 1: list<string>, 2: bool}> */
    public array $readCalls = [];

    /** @var list<list<string>> mailboxes of each watch */
    public array $watches = [];

    /** Of the last watch; what is added here is told by it. */
    public ?Watch $watch = null;

    public ?AddressBook $book = null;

    public ?\Throwable $failure = null;

    public bool $enabled = true;

    public ?int $concurrency = null;

    /** Happens after each batch. */
    public ?\Closure $between = null;

    public function isEnabled(): bool
    {
        return $this->enabled;
    }

    public function get(?int $concurrency = null): EngineInterface
    {
        $this->concurrency = $concurrency;

        return $this;
    }

    public function run(iterable $mailboxes, AddressBook $book): iterable
    {
        $this->book = $book;
        if (null !== $this->failure) {
            throw $this->failure;
        }
        foreach ($mailboxes as $mailbox) {
            $this->mailboxes[] = $mailbox;
            foreach ($this->batches[$mailbox->address] ?? [new Batch($mailbox->address, done: true)] as $batch) {
                yield $batch;
                if (null !== $this->between) {
                    ($this->between)();
                }
            }
        }
    }

    public function search(iterable $mailboxes, AddressBook $book, array $participants): iterable
    {
        $this->searches[] = $participants;
        yield from $this->run($mailboxes, $book);
    }

    public function message(string $mailbox, string $itemId): ?Message
    {
        $message = $this->messages[$itemId] ?? null;

        return $message instanceof \Throwable ? throw $message : $message;
    }

    public function setRead(string $mailbox, array $itemIds, bool $read): array
    {
        $this->readCalls[] = [$mailbox, $itemIds, $read];

        return [];
    }

    public function watch(array $mailboxes): Watch
    {
        if (null !== $this->failure) {
            throw $this->failure;
        }
        $this->watches[] = $mailboxes;

        return $this->watch = new Watch(array_map(static fn (string $mailbox): News => new News($mailbox), $mailboxes));
    }
}
