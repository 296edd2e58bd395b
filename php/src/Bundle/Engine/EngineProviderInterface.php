<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Engine;

use ExchangeMail\Bundle\Exception\EngineMissingException;
use ExchangeMail\Bundle\Exception\SettingsIncompleteException;

/**
 * Gives the engine of the settings in force. Exists so that tests can play the server; the only implementation is EngineProvider.
 */
interface EngineProviderInterface
{
    /**
     * Whether an administrator switched the integration on and the extension is loaded.
     */
    public function isEnabled(): bool;

    /**
     * @param int|null $concurrency mailboxes at once; null: as configured
     *
     * @throws EngineMissingException|SettingsIncompleteException|\ExchangeSync\ConfigurationException
     */
    public function get(?int $concurrency = null): EngineInterface;
}
