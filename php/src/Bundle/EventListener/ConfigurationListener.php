<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\EventListener;

use ExchangeMail\Bundle\DependencyInjection\Configuration;
use ExchangeMail\Bundle\Manager\OriginRetry;
use ExchangeMail\Bundle\Manager\OriginSynchronizer;
use Oro\Bundle\ConfigBundle\Event\ConfigUpdateEvent;

/**
 * Applies changed settings at once: the origins follow the domain list, and what failed is tried again.
 */
final class ConfigurationListener
{
    /** Oro has one event for every scope: what a user saves in My Configuration is among these. */
    private const CHANGES_MAILBOXES = [
        Configuration::ENABLED,
        Configuration::DOMAINS,
        Configuration::SERVER,
        Configuration::ALLOW_OPT_OUT,
        Configuration::OPTED_OUT,
    ];
    private const CHANGES_CONNECTION = [
        Configuration::ENABLED,
        Configuration::SERVER,
        Configuration::VERSION,
        Configuration::AUTH,
        Configuration::LOGIN,
        Configuration::PASSWORD,
        Configuration::OAUTH_TOKEN_URL,
        Configuration::OAUTH_CLIENT_ID,
        Configuration::OAUTH_CLIENT_SECRET,
        Configuration::OAUTH_SCOPE,
        Configuration::CA_FILE,
        Configuration::PROXY,
        Configuration::LEGACY_TLS,
    ];

    public function __construct(
        private readonly OriginSynchronizer $synchronizer,
        private readonly OriginRetry $retry
    ) {
    }

    public function onUpdate(ConfigUpdateEvent $event): void
    {
        if ($event->isChanged(Configuration::key(Configuration::ENABLED))) {
            $this->synchronizer->restart();
        }
        if (self::isChanged($event, self::CHANGES_MAILBOXES)) {
            $this->synchronizer->synchronize();
        }
        if (self::isChanged($event, self::CHANGES_CONNECTION)) {
            $this->retry->retryAll();
        }
    }

    /**
     * @param list<string> $names
     */
    private static function isChanged(ConfigUpdateEvent $event, array $names): bool
    {
        foreach ($names as $name) {
            if ($event->isChanged(Configuration::key($name))) {
                return true;
            }
        }

        return false;
    }
}
