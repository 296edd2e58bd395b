<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Engine;

use ExchangeMail\Bundle\Exception\EngineMissingException;
use ExchangeMail\Bundle\Exception\SettingsIncompleteException;
use ExchangeMail\Bundle\Settings\ExchangeSettings;
use ExchangeMail\Bundle\Settings\SettingLabels;
use ExchangeMail\Bundle\Settings\SettingsProvider;

/**
 * Makes the native engine from settings. The only place that calls its constructor.
 */
class EngineFactory
{
    public function __construct(
        private readonly SettingsProvider $settingsProvider,
        private readonly EngineRequirement $requirement,
        private readonly SettingLabels $labels
    ) {
    }

    /**
     * @param ExchangeSettings|null $settings null: those that are saved
     *
     * @throws EngineMissingException|SettingsIncompleteException|\ExchangeSync\ConfigurationException
     */
    public function create(?ExchangeSettings $settings = null): \ExchangeSync
    {
        if (!$this->requirement->isMet()) {
            throw new EngineMissingException($this->requirement->getRemedy());
        }

        $settings ??= $this->settingsProvider->getSettings();
        $missing = $settings->getMissing();
        if ([] !== $missing) {
            throw new SettingsIncompleteException(\sprintf(
                'Microsoft Exchange is not configured: fill in %s in System > Configuration > Integrations > Email settings.',
                $this->labels->list($missing)
            ));
        }

        return new \ExchangeSync($settings->toEngineOptions());
    }
}
