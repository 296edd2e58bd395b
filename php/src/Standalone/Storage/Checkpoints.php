<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Storage;

use ExchangeSync\Mailbox;

/**
 * Reads the checkpoints of a mailbox.
 */
final class Checkpoints
{
    public static function mailbox(Database $database, string $address): Mailbox
    {
        $rows = $database->run(
            'SELECT f.folder_id, f.checkpoint FROM folders f JOIN mailboxes m ON m.id = f.mailbox_id'
            . ' WHERE m.address = ? AND f.checkpoint IS NOT NULL',
            [$address]
        );

        return new Mailbox($address, $rows->fetchAll(\PDO::FETCH_KEY_PAIR));
    }

    /**
     * @return \DateTimeImmutable|null until when the server asked to be left alone with the mailbox
     */
    public static function heldUntil(Database $database, string $address): ?\DateTimeImmutable
    {
        $until = $database->value('SELECT retry_at FROM mailboxes WHERE address = ?', [$address]);

        return null === $until || $until <= gmdate(Time::FORMAT) ? null : new \DateTimeImmutable((string) $until);
    }
}
