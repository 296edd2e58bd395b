<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Settings;

/**
 * How the service account signs in, as the engine's option "auth" names it, and the settings each scheme needs.
 */
enum LoginScheme: string
{
    case Auto = 'auto';
    case Basic = 'basic';
    case Ntlm = 'ntlm';
    case Negotiate = 'negotiate';
    case OAuth = 'oauth';

    public const PASSWORD_SETTINGS = ['login', 'password'];
    public const OAUTH_SETTINGS = ['oauth_token_url', 'oauth_client_id', 'oauth_client_secret', 'oauth_scope'];

    /**
     * @return list<string> names of the settings that this scheme can't do without
     */
    public function getNeeded(): array
    {
        return self::OAuth === $this ? self::OAUTH_SETTINGS : self::PASSWORD_SETTINGS;
    }

    public function getLabel(): string
    {
        return 'exchange_mail.login_scheme.' . $this->value;
    }
}
