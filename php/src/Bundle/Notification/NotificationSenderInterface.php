<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Notification;

use ExchangeMail\Bundle\Sync\MailboxFinished;

/**
 * A channel that tells a user, or without one the administrators, that Exchange refuses a mailbox.
 */
interface NotificationSenderInterface
{
    public function send(MailboxFinished $mailbox, ?int $userId): void;
}
