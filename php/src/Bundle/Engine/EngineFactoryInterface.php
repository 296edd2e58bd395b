<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Engine;

/**
 * Makes an engine from the settings in force.
 */
interface EngineFactoryInterface
{
    /**
     * Whether an administrator switched the integration on and the extension is loaded.
     */
    public function isEnabled(): bool;

    /**
     * @param int|null $concurrency mailboxes at once; null: as configured
     *
     * @throws \ExchangeSync\ConfigurationException naming the setting
     */
    public function create(?int $concurrency = null): EngineInterface;
}
