<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Storage;

use ExchangeSync\Batch;
use ExchangeSync\Mailbox;

/**
 * Counts what would be stored, and stores nothing.
 */
final class DryRun implements BatchSink
{
    /** @var array<string, true> Message-IDs of this run */
    private array $messageIds = [];

    /**
     * @param Database|null $database null: there is none yet
     */
    public function __construct(private readonly ?Database $database)
    {
    }

    public function mailbox(string $address): Mailbox
    {
        return null === $this->database ? new Mailbox($address) : Checkpoints::mailbox($this->database, $address);
    }

    public function heldUntil(string $address): ?\DateTimeImmutable
    {
        return null === $this->database ? null : Checkpoints::heldUntil($this->database, $address);
    }

    public function save(Batch $batch): Stored
    {
        $stored = new Stored();
        foreach ($batch->messages as $message) {
            $known = isset($this->messageIds[$message->messageId])
                || null !== $this->database?->value('SELECT id FROM emails WHERE message_id = ?', [$message->messageId]);
            $known ? $stored->copies++ : $stored->emails++;
            $this->messageIds[$message->messageId] = true;
        }

        return $stored;
    }
}
