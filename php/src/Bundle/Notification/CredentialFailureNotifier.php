<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Notification;

use ExchangeMail\Bundle\Sync\MailboxFinished;
use Psr\Log\LoggerInterface;

/**
 * Raises and settles notification alerts for mailboxes that Exchange refuses, and tells of each alert by the channels of the
 * IMAP integration. While an alert stands nothing is told again, however many mailboxes and runs meet the refusal.
 *
 * All mailboxes share one service account and its rights, which users can't mend: one alert an organization tells the
 * administrators, not one a mailbox.
 */
final class CredentialFailureNotifier
{
    /**
     * @param list<NotificationSenderInterface> $senders
     */
    public function __construct(
        private readonly RefusalAlerts $alerts,
        private readonly array $senders,
        private readonly LoggerInterface $logger
    ) {
    }

    public function onFinished(MailboxFinished $mailbox): void
    {
        if (null === $mailbox->organizationId) {
            return;
        }
        $this->alerts->settle($mailbox);
        if (!$mailbox->isRefused() || !$this->alerts->raise($mailbox)) {
            return;
        }
        foreach ($this->senders as $sender) {
            try {
                $sender->send($mailbox);
            } catch (\Throwable $e) {
                // a channel that is out of order keeps no other mailbox from being read
                $this->logger->error('Exchange: a refused mailbox could not be told of.', [
                    'mailbox' => $mailbox->mailbox,
                    'channel' => $sender::class,
                    'exception' => $e,
                ]);
            }
        }
    }
}
