<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Engine;

use ExchangeMail\Bundle\Settings\SettingsProvider;

/**
 * Wraps the native engine of the saved settings.
 */
class EngineProvider implements EngineProviderInterface
{
    public function __construct(
        private readonly EngineFactory $factory,
        private readonly SettingsProvider $settingsProvider,
        private readonly EngineRequirement $requirement
    ) {
    }

    public function isEnabled(): bool
    {
        return $this->requirement->isMet() && $this->settingsProvider->getSettings()->isUsable();
    }

    public function get(?int $concurrency = null): EngineInterface
    {
        $settings = $this->settingsProvider->getSettings();

        return new NativeEngine(
            $this->factory->create(null === $concurrency ? $settings : $settings->withConcurrency($concurrency))
        );
    }
}
