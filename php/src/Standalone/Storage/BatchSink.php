<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Storage;

use ExchangeSync\Batch;
use ExchangeSync\Mailbox;

/**
 * Where a run's batches go: the database, or, in a dry run, nowhere.
 */
interface BatchSink
{
    /** The mailbox with the checkpoints that earlier runs have stored. */
    public function mailbox(string $address): Mailbox;

    /** Until when the server asked to be left alone with the mailbox; null: it may be read. */
    public function heldUntil(string $address): ?\DateTimeImmutable;

    public function save(Batch $batch): Stored;
}
