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
    /** @var array<string, true> e-mails of this run */
    private array $identities = [];

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
            $identity = EmailWriter::identity($message);
            $known = isset($this->identities[$identity])
                || null !== $this->database?->value('SELECT id FROM emails WHERE identity = ?', [$identity]);
            $known ? $stored->copies++ : $stored->emails++;
            $this->identities[$identity] = true;
        }

        return $stored;
    }
}
