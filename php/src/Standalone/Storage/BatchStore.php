<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Storage;

use ExchangeMail\Engine\FailureText;
use ExchangeSync\Batch;
use ExchangeSync\Folder;
use ExchangeSync\Mailbox;

/**
 * Stores a batch: its mail, its changes and its checkpoint, in one transaction.
 */
final class BatchStore implements BatchSink
{
    private readonly EmailWriter $emails;
    private readonly CopyWriter $copies;

    /** @var array<int, true> mailboxes with a failure since their last done batch: their run ends without success */
    private array $failed = [];

    public function __construct(private readonly Database $database)
    {
        $this->emails = new EmailWriter($database);
        $this->copies = new CopyWriter($database);
    }

    public function mailbox(string $address): Mailbox
    {
        return Checkpoints::mailbox($this->database, $address);
    }

    public function heldUntil(string $address): ?\DateTimeImmutable
    {
        return Checkpoints::heldUntil($this->database, $address);
    }

    public function save(Batch $batch): Stored
    {
        return $this->database->transaction(fn () => $this->saveAll($batch));
    }

    private function saveAll(Batch $batch): Stored
    {
        $stored = new Stored();
        $mailbox = $this->mailboxId($batch->mailbox);
        if (null !== $batch->folder && $batch->folderGone) {
            $this->forget($stored, $mailbox, $batch->folder);

            return $stored;
        }
        $folder = null === $batch->folder ? null : $this->folderId($mailbox, $batch->folder);
        if (null !== $folder && $batch->startsOver) {
            $this->copies->startOver($folder);
        }
        foreach ($batch->messages as $message) {
            $email = $this->emails->find($message);
            $isNew = null === $email;
            $email ??= $this->emails->insert($message);
            $this->emails->addParticipants($email, $message);
            $this->copies->place($stored, $isNew, $mailbox, $email, $folder, $message);
            $this->database->run('DELETE FROM skipped_items WHERE mailbox_id = ? AND item_id = ?', [$mailbox, $message->itemId]);
        }
        if (null !== $folder) {
            $this->copies->leave($stored, $mailbox, $folder, $batch->removed);
        }
        if (null !== $folder && $batch->whole) {
            $this->copies->leave($stored, $mailbox, $folder, $this->copies->unseen($folder));
        }
        $this->copies->flag($stored, $mailbox, $batch->readFlags);
        foreach ($batch->skipped as $item) {
            $this->database->run(
                'INSERT OR REPLACE INTO skipped_items (mailbox_id, item_id, folder, reason, skipped_at) VALUES (?, ?, ?, ?, ?)',
                [$mailbox, $item->itemId, $batch->folder?->path, $item->reason, gmdate(Time::FORMAT)]
            );
        }
        if (null !== $folder && null !== $batch->checkpoint) {
            $this->database->run('UPDATE folders SET checkpoint = ? WHERE id = ?', [$batch->checkpoint, $folder]);
        }
        $this->recordOutcome($mailbox, $batch);

        return $stored;
    }

    private function recordOutcome(int $mailbox, Batch $batch): void
    {
        if (null !== $batch->failure) {
            $this->failed[$mailbox] = true;
            $this->database->run(
                'UPDATE mailboxes SET failed_at = ?, failure = ?, retry_at = ? WHERE id = ?',
                [
                    gmdate(Time::FORMAT),
                    FailureText::of($batch->failure, $batch->mailbox),
                    null === $batch->failure->retryAt ? null : Time::format($batch->failure->retryAt),
                    $mailbox,
                ]
            );
        }
        if (!$batch->done) {
            return;
        }
        if (!isset($this->failed[$mailbox])) {
            $this->database->run(
                'UPDATE mailboxes SET completed_at = ?, failure = NULL, retry_at = NULL WHERE id = ?',
                [gmdate(Time::FORMAT), $mailbox]
            );
        }
        unset($this->failed[$mailbox]);
    }

    private function mailboxId(string $address): int
    {
        $this->database->run('INSERT OR IGNORE INTO mailboxes (address) VALUES (?)', [$address]);

        return (int) $this->database->value('SELECT id FROM mailboxes WHERE address = ?', [$address]);
    }

    /**
     * The folder is deleted on the server: its copies are gone, and should it come back, it is read as a new one.
     */
    private function forget(Stored $stored, int $mailbox, Folder $folder): void
    {
        $id = $this->database->value(
            'SELECT id FROM folders WHERE mailbox_id = ? AND folder_id = ?',
            [$mailbox, $folder->id]
        );
        if (null === $id) {
            return;
        }
        $this->copies->startOver((int) $id);
        $this->copies->leave($stored, $mailbox, (int) $id, $this->copies->unseen((int) $id));
        $this->database->run('DELETE FROM folders WHERE id = ?', [$id]);
    }

    private function folderId(int $mailbox, Folder $folder): int
    {
        $this->database->run(
            'INSERT INTO folders (mailbox_id, folder_id, name, path, type) VALUES (?, ?, ?, ?, ?)'
            . ' ON CONFLICT (mailbox_id, folder_id) DO UPDATE SET name = excluded.name, path = excluded.path, type = excluded.type',
            [$mailbox, $folder->id, $folder->name, $folder->path, $folder->type]
        );

        return (int) $this->database->value(
            'SELECT id FROM folders WHERE mailbox_id = ? AND folder_id = ?',
            [$mailbox, $folder->id]
        );
    }
}
