<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Notification;

use ExchangeMail\Bundle\Settings\SettingsProvider;
use ExchangeMail\Bundle\Sync\MailboxFinished;
use Oro\Bundle\SyncBundle\Client\ConnectionChecker;
use Oro\Bundle\SyncBundle\Client\WebsocketClientInterface;

/**
 * Tells those with an open page, on the topic that ImapBundle's page script shows as a message to everybody with ImapBundle's
 * permission, in whichever organization: its topics know none.
 */
final class SocketNotificationSender implements NotificationSenderInterface
{
    private const TOPIC = 'oro/imap_sync_fail/*';

    public function __construct(
        private readonly WebsocketClientInterface $websocketClient,
        private readonly ConnectionChecker $connectionChecker,
        private readonly SettingsProvider $settingsProvider
    ) {
    }

    public function send(MailboxFinished $mailbox): void
    {
        if (!$this->connectionChecker->checkConnection()) {
            return;
        }

        $settings = $this->settingsProvider->getSettings();
        $this->websocketClient->publish(self::TOPIC, [
            'username' => $mailbox->isAccountRefused() ? $settings->credentials->getAccount() : $mailbox->mailbox,
            'host' => $settings->server,
        ]);
    }
}
