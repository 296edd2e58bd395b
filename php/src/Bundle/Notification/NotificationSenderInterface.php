<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Notification;

use ExchangeMail\Bundle\Sync\MailboxFinished;

/**
 * A channel that tells the administrators that Exchange refuses the service account or a mailbox.
 */
interface NotificationSenderInterface
{
    public function send(MailboxFinished $mailbox): void;
}
