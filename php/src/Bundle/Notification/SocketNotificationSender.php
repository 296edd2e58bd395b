<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Notification;

use ExchangeMail\Bundle\Settings\SettingsProvider;
use ExchangeMail\Bundle\Sync\MailboxFinished;
use Oro\Bundle\SyncBundle\Client\ConnectionChecker;
use Oro\Bundle\SyncBundle\Client\WebsocketClientInterface;

/**
 * Tells users with an open page, on the topic that ImapBundle's page script shows as a message. What concerns no user goes to
 * everybody with ImapBundle's permission, in whichever organization: its topics know none.
 */
final class SocketNotificationSender implements NotificationSenderInterface
{
    private const TOPIC = 'oro/imap_sync_fail/%s';

    public function __construct(
        private readonly WebsocketClientInterface $websocketClient,
        private readonly ConnectionChecker $connectionChecker,
        private readonly SettingsProvider $settingsProvider
    ) {
    }

    public function send(MailboxFinished $mailbox, ?int $userId): void
    {
        if (!$this->connectionChecker->checkConnection()) {
            return;
        }

        $settings = $this->settingsProvider->getSettings();
        $this->websocketClient->publish(\sprintf(self::TOPIC, $userId ?? '*'), [
            'username' => $mailbox->isAccountRefused() ? $settings->credentials->getAccount() : $mailbox->mailbox,
            'host' => $settings->server,
        ]);
    }
}
