<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\EventListener;

use ExchangeMail\Bundle\Connection\SavedSecret;
use ExchangeMail\Bundle\DependencyInjection\Configuration;
use ExchangeMail\Bundle\Settings\LoginScheme;
use Oro\Bundle\ConfigBundle\Config\ConfigManager;
use Oro\Bundle\ConfigBundle\Event\ConfigSettingsUpdateEvent;
use Symfony\Component\EventDispatcher\EventSubscriberInterface;

/**
 * Sets what the settings begin with and forgets what must not outlive a change. The start date is set once, when the integration
 * is switched on: a date that moves with the calendar would lose mail of the day before.
 */
final class SettingsFormListener implements EventSubscriberInterface
{
    private const DAYS_BACK = 90;

    public static function getSubscribedEvents(): array
    {
        return [
            ConfigSettingsUpdateEvent::FORM_PRESET => 'onFormPreset',
            ConfigSettingsUpdateEvent::BEFORE_SAVE => 'onBeforeSave',
        ];
    }

    /**
     * Before the settings are first saved, the form proposes a start date, so that the administrator sees and may change it.
     */
    public function onFormPreset(ConfigSettingsUpdateEvent $event): void
    {
        $settings = $event->getSettings();
        $field = Configuration::key(Configuration::START_DATE, ConfigManager::SECTION_VIEW_SEPARATOR);
        if (isset($settings[$field]) && self::isStartDateOpen($event)) {
            $settings[$field]['value'] = self::getFirstDay();
            $event->setSettings($settings);
        }
    }

    public function onBeforeSave(ConfigSettingsUpdateEvent $event): void
    {
        $settings = $event->getSettings();
        if (self::isSwitchedOnWithoutForm($event)) {
            $settings[Configuration::key(Configuration::START_DATE)] = [
                'value' => self::getFirstDay(),
                ConfigManager::USE_PARENT_SCOPE_VALUE_KEY => false,
            ];
        }
        foreach (self::findOutlived($event) as $name) {
            $settings[Configuration::key($name)]['value'] = null;
        }
        $event->setSettings($settings);
    }

    private static function isSwitchedOnWithoutForm(ConfigSettingsUpdateEvent $event): bool
    {
        $settings = $event->getSettings();

        return !empty($settings[Configuration::key(Configuration::ENABLED)]['value'])
            && !isset($settings[Configuration::key(Configuration::START_DATE)])
            && self::isStartDateOpen($event);
    }

    /**
     * Never saved; an administrator who empties it has decided for all mail.
     */
    private static function isStartDateOpen(ConfigSettingsUpdateEvent $event): bool
    {
        return null === $event->getConfigManager()->getInfo(Configuration::key(Configuration::START_DATE))['createdAt'];
    }

    /**
     * The secret of a login scheme that is not in use now, entered for another server: it would be sent to this one as soon as
     * somebody chooses the scheme again.
     *
     * @return list<string>
     */
    private static function findOutlived(ConfigSettingsUpdateEvent $event): array
    {
        $settings = $event->getSettings();
        $new = static fn (string $name): ?string => isset($settings[Configuration::key($name)])
            ? (string)($settings[Configuration::key($name)]['value'] ?? '')
            : null;
        $moves = static fn (string $name): bool => null !== $new($name)
            && SavedSecret::differs($new($name), self::getStored($event, $name));
        $isKept = static fn (string $name): bool => null !== $new($name) && '' !== $new($name)
            && $new($name) === self::getStored($event, $name);
        $isOAuth = LoginScheme::OAuth->value === $new(Configuration::AUTH);
        $movesServer = $moves(Configuration::SERVER);

        return array_keys(array_filter([
            Configuration::PASSWORD => $isOAuth && $movesServer && $isKept(Configuration::PASSWORD),
            Configuration::OAUTH_CLIENT_SECRET => !$isOAuth && $isKept(Configuration::OAUTH_CLIENT_SECRET)
                && ($movesServer || $moves(Configuration::OAUTH_TOKEN_URL)),
        ]));
    }

    private static function getStored(ConfigSettingsUpdateEvent $event, string $name): string
    {
        return trim((string)$event->getConfigManager()->get(Configuration::key($name)));
    }

    private static function getFirstDay(): string
    {
        return (new \DateTimeImmutable('today', new \DateTimeZone('UTC')))
            ->modify(\sprintf('-%d days', self::DAYS_BACK))
            ->format('Y-m-d');
    }
}
