<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Connection;

use ExchangeMail\Bundle\DependencyInjection\Configuration;
use ExchangeMail\Bundle\Settings\Credentials;
use ExchangeMail\Bundle\Settings\ExchangeSettings;
use ExchangeMail\Bundle\Settings\LoginScheme;

/**
 * Where a saved secret may go: the page does not show it, so nobody may have it sent to a place of his choice.
 */
final class SavedSecret
{
    /**
     * @return string|null name of the secret that has to be entered again, because settings without it lead elsewhere
     */
    public static function findWithheld(ExchangeSettings $settings, ExchangeSettings $saved): ?string
    {
        $isOAuth = LoginScheme::OAuth === $settings->credentials->scheme;
        $entered = $isOAuth ? $settings->credentials->revealClientSecret() : $settings->credentials->revealPassword();
        $isElsewhere = self::differs($settings->server, $saved->server)
            || $isOAuth && self::differs($settings->credentials->tokenUrl, $saved->credentials->tokenUrl);

        return match (true) {
            '' !== $entered || !$isElsewhere => null,
            $isOAuth => Configuration::OAUTH_CLIENT_SECRET,
            default => Configuration::PASSWORD,
        };
    }

    public static function fillIn(ExchangeSettings $settings, ExchangeSettings $saved): ExchangeSettings
    {
        $credentials = $settings->credentials;

        return new ExchangeSettings(
            $settings->enabled,
            $settings->server,
            $settings->version,
            new Credentials(
                $credentials->scheme,
                $credentials->login,
                $credentials->revealPassword() ?: $saved->credentials->revealPassword(),
                $credentials->tokenUrl,
                $credentials->clientId,
                $credentials->revealClientSecret() ?: $saved->credentials->revealClientSecret(),
                $credentials->scope
            ),
            $settings->domains,
            $settings->collection,
            $settings->connection
        );
    }

    /**
     * @param string $saved empty: nothing was saved, so nothing can be sent elsewhere
     */
    public static function differs(string $submitted, string $saved): bool
    {
        return '' !== $saved && 0 !== strcasecmp(trim($submitted), trim($saved));
    }
}
