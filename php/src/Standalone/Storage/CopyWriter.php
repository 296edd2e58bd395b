<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Storage;

use ExchangeSync\Message;

/**
 * Stores where e-mails lie: mailbox, folder, read flag. Exchange tells a move as two changes in any order, a removal here
 * and a new item id there; a copy that was removed is therefore taken up again by the next item of the same e-mail.
 */
final class CopyWriter
{
    /** The newest copy of earlier runs. */
    private readonly int $before;
    /** @var array<int, true> copies that this run has found removed */
    private array $removed = [];

    public function __construct(private readonly Database $database)
    {
        $this->before = (int) $database->value('SELECT max(id) FROM copies');
    }

    public function place(Stored $stored, bool $isNewEmail, int $mailbox, int $email, ?int $folder, Message $message): void
    {
        $known = $this->database->value(
            'SELECT id FROM copies WHERE mailbox_id = ? AND item_id = ?',
            [$mailbox, $message->itemId]
        );
        $gone = $known ?? $this->database->value(
            'SELECT id FROM copies WHERE mailbox_id = ? AND email_id = ? AND is_gone = 1 LIMIT 1',
            [$mailbox, $email]
        );
        if (null !== $gone) {
            $this->database->run(
                'UPDATE copies SET email_id = ?, folder_id = ?, item_id = ?, is_read = ?, is_gone = 0, is_seen = 1 WHERE id = ?',
                [$email, $folder, $message->itemId, (int) $message->read, $gone]
            );
            if (null === $known) {
                $stored->moved++;
                $stored->gone -= (int) isset($this->removed[$gone]);
                unset($this->removed[$gone]);
            }

            return;
        }
        $this->database->run(
            'INSERT INTO copies (mailbox_id, email_id, folder_id, item_id, is_read) VALUES (?, ?, ?, ?, ?)',
            [$mailbox, $email, $folder, $message->itemId, (int) $message->read]
        );
        $isNewEmail ? $stored->emails++ : $stored->copies++;
    }

    /**
     * The folder is read from its beginning: what was stored of it before is to be seen again.
     */
    public function startOver(int $folder): void
    {
        $this->database->run('UPDATE copies SET is_seen = 0 WHERE folder_id = ?', [$folder]);
    }

    /**
     * @return list<string> items of the folder that were not seen since it was started over
     */
    public function unseen(int $folder): array
    {
        return $this->database
            ->run('SELECT item_id FROM copies WHERE folder_id = ? AND is_seen = 0 AND is_gone = 0', [$folder])
            ->fetchAll(\PDO::FETCH_COLUMN);
    }

    /**
     * @param list<string> $itemIds items that left the folder; most were never collected
     */
    public function leave(Stored $stored, int $mailbox, int $folder, array $itemIds): void
    {
        foreach ($itemIds as $itemId) {
            $copy = $this->database->row(
                'SELECT id, email_id FROM copies WHERE mailbox_id = ? AND item_id = ? AND folder_id = ? AND is_gone = 0',
                [$mailbox, $itemId, $folder]
            );
            if (null === $copy) {
                continue;
            }
            $elsewhere = $this->database->value(
                'SELECT max(id) FROM copies WHERE mailbox_id = ? AND email_id = ? AND id <> ? AND is_gone = 0',
                [$mailbox, $copy['email_id'], $copy['id']]
            );
            $this->database->run(
                null === $elsewhere ? 'UPDATE copies SET is_gone = 1 WHERE id = ?' : 'DELETE FROM copies WHERE id = ?',
                [$copy['id']]
            );
            if (null !== $elsewhere && (int) $elsewhere > $this->before) {
                $stored->moved++;
                $stored->copies--;
            } else {
                $stored->gone++;
                $this->removed[(int) $copy['id']] = true;
            }
        }
    }

    /**
     * @param array<string, bool> $readFlags
     */
    public function flag(Stored $stored, int $mailbox, array $readFlags): void
    {
        foreach ($readFlags as $itemId => $read) {
            $stored->readFlags += $this->database->run(
                'UPDATE copies SET is_read = ? WHERE mailbox_id = ? AND item_id = ? AND is_read <> ?',
                [(int) $read, $mailbox, (string) $itemId, (int) $read]
            )->rowCount();
        }
    }
}
