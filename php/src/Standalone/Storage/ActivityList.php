<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Storage;

/**
 * Reads a contact's (or user's) e-mails, over all of its addresses, newest first.
 */
final class ActivityList
{
    public function __construct(private readonly Database $database)
    {
    }

    /**
     * @return array{0: string, 1: int}|null kind and id of whom the address belongs to, a contact before a user
     */
    public function owner(string $address): ?array
    {
        $row = $this->database->row(
            'SELECT kind, owner_id FROM matches WHERE email = ? ORDER BY kind, owner_id LIMIT 1',
            [mb_strtolower(trim($address))]
        );

        return null === $row ? null : [(string) $row['kind'], (int) $row['owner_id']];
    }

    public function count(string $kind, int $owner): int
    {
        return (int) $this->database->value(
            'SELECT count(DISTINCT email_id) FROM matches WHERE kind = ? AND owner_id = ?',
            [$kind, $owner]
        );
    }

    /**
     * @return list<Activity>
     */
    public function read(string $kind, int $owner, int $limit): array
    {
        $rows = $this->database->run(
            'SELECT id, sent_at, direction, from_name, from_email, subject FROM emails'
            . ' WHERE id IN (SELECT email_id FROM matches WHERE kind = ? AND owner_id = ?)'
            . ' ORDER BY sent_at DESC, id DESC LIMIT ?',
            [$kind, $owner, $limit]
        )->fetchAll();

        return array_map(fn (array $row): Activity => new Activity(
            new \DateTimeImmutable((string) $row['sent_at']),
            (string) $row['direction'],
            new Person($row['from_name'], (string) $row['from_email']),
            $this->recipients((int) $row['id']),
            (string) $row['subject'],
            $this->attachments((int) $row['id'])
        ), $rows);
    }

    /**
     * @return array<string, list<Person>>
     */
    private function recipients(int $email): array
    {
        $rows = $this->database->run(
            'SELECT role, name, email FROM recipients WHERE email_id = ? ORDER BY position',
            [$email]
        )->fetchAll();
        $recipients = ['to' => [], 'cc' => [], 'bcc' => []];
        foreach ($rows as $row) {
            $recipients[$row['role']][] = new Person($row['name'], (string) $row['email']);
        }

        return $recipients;
    }

    /**
     * @return list<string> file names, without pictures that stand inside the text
     */
    private function attachments(int $email): array
    {
        return $this->database->run(
            'SELECT file_name FROM attachments WHERE email_id = ? AND is_inline = 0 ORDER BY id',
            [$email]
        )->fetchAll(\PDO::FETCH_COLUMN);
    }
}
