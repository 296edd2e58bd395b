<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Engine;

use ExchangeMail\Bundle\Settings\SettingLabels;
use ExchangeMail\Bundle\Settings\SettingsProvider;

/**
 * Whether mail can be collected, and what an administrator has to do where it can't.
 */
class Readiness
{
    public function __construct(
        private readonly SettingsProvider $settingsProvider,
        private readonly EngineRequirement $requirement,
        private readonly SettingLabels $labels
    ) {
    }

    /**
     * Whether an administrator wants mail to be collected.
     */
    public function isSwitchedOn(): bool
    {
        return $this->settingsProvider->getSettings()->enabled;
    }

    /**
     * @return list<string> what is to be done; empty: mail can be collected
     */
    public function getFaults(): array
    {
        $settings = $this->settingsProvider->getSettings();
        $faults = [];
        if (!$this->requirement->isMet()) {
            $faults[] = $this->requirement->getRemedy();
        }
        if (!$settings->enabled) {
            $faults[] = 'Microsoft Exchange is switched off, no mail is collected. Switch it on in'
                . ' System > Configuration > Integrations > Email settings > Microsoft Exchange.';
        } elseif ([] !== $settings->getMissing()) {
            $faults[] = \sprintf(
                'Microsoft Exchange is not configured, no mail is collected. Fill in %s in'
                . ' System > Configuration > Integrations > Email settings > Microsoft Exchange.',
                $this->labels->list($settings->getMissing())
            );
        }

        return $faults;
    }
}
