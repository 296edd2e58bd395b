<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Storage;

/**
 * Reads what is stored, in numbers.
 */
final class StatusReport
{
    public function __construct(private readonly Database $database)
    {
    }

    /**
     * @return array{emails: int, copies: int, attachments: int, skipped: int}
     */
    public function totals(): array
    {
        return [
            'emails' => (int) $this->database->value('SELECT count(*) FROM emails'),
            'copies' => (int) $this->database->value('SELECT count(*) FROM copies WHERE is_gone = 0'),
            'attachments' => (int) $this->database->value('SELECT count(*) FROM attachments WHERE is_inline = 0'),
            'skipped' => (int) $this->database->value('SELECT count(*) FROM skipped_items'),
        ];
    }

    /**
     * @return list<array{mailbox: string, completed: ?string, folders: int, emails: int, unread: int, skipped: int, failure: ?string}>
     */
    public function mailboxes(): array
    {
        return $this->database->run(
            'SELECT m.address AS mailbox, m.completed_at AS completed,'
            . " (SELECT count(*) FROM folders f WHERE f.mailbox_id = m.id AND f.type <> 'root') AS folders,"
            . ' (SELECT count(DISTINCT c.email_id) FROM copies c WHERE c.mailbox_id = m.id) AS emails,'
            . ' (SELECT count(*) FROM copies c WHERE c.mailbox_id = m.id AND c.is_read = 0 AND c.is_gone = 0) AS unread,'
            . ' (SELECT count(*) FROM skipped_items s WHERE s.mailbox_id = m.id) AS skipped,'
            . ' m.failure FROM mailboxes m ORDER BY m.address'
        )->fetchAll();
    }

    /**
     * @return list<array{mailbox: string, folder: ?string, item: string, reason: string, at: string}> newest first
     */
    public function skipped(int $limit): array
    {
        return $this->database->run(
            'SELECT m.address AS mailbox, s.folder, s.item_id AS item, s.reason, s.skipped_at AS at'
            . ' FROM skipped_items s JOIN mailboxes m ON m.id = s.mailbox_id ORDER BY s.skipped_at DESC, m.address LIMIT ?',
            [$limit]
        )->fetchAll();
    }
}
