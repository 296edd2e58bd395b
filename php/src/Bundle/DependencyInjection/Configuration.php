<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\DependencyInjection;

use ExchangeMail\Bundle\Settings\ConnectionSettings;
use ExchangeMail\Bundle\Settings\LoginScheme;
use ExchangeMail\Bundle\Settings\ServerVersion;
use ExchangeMail\Bundle\Settings\SystemMailboxesCollect;
use Oro\Bundle\ConfigBundle\DependencyInjection\SettingsBuilder;
use Symfony\Component\Config\Definition\Builder\TreeBuilder;
use Symfony\Component\Config\Definition\ConfigurationInterface;

/**
 * Declares the settings of the bundle with their defaults. Knows names, no meaning.
 */
final class Configuration implements ConfigurationInterface
{
    public const ROOT_NODE = 'exchange_mail';

    public const ENABLED = 'enabled';
    public const SERVER = 'server';
    public const VERSION = 'version';
    public const AUTH = 'auth';
    public const LOGIN = 'login';
    public const PASSWORD = 'password';
    public const OAUTH_TOKEN_URL = 'oauth_token_url';
    public const OAUTH_CLIENT_ID = 'oauth_client_id';
    public const OAUTH_CLIENT_SECRET = 'oauth_client_secret';
    public const OAUTH_SCOPE = 'oauth_scope';
    public const DOMAINS = 'domains';
    public const START_DATE = 'start_date';
    public const FOLDERS = 'folders';
    public const OWNER_IS_RECIPIENT = 'owner_is_recipient';
    public const SKIP_PRIVATE = 'skip_private';
    public const SYSTEM_MAILBOXES_COLLECT = 'system_mailboxes_collect';
    public const JOURNAL_MAILBOXES = 'journal_mailboxes';
    public const ALLOW_OPT_OUT = 'allow_opt_out';
    public const CONCURRENCY = 'concurrency';
    public const CA_FILE = 'ca_file';
    public const PROXY = 'proxy';
    public const LEGACY_TLS = 'legacy_tls';

    /** Of a user: his mailbox is not read, where ALLOW_OPT_OUT lets him say so. */
    public const OPTED_OUT = 'opted_out';

    public function getConfigTreeBuilder(): TreeBuilder
    {
        $treeBuilder = new TreeBuilder(self::ROOT_NODE);

        SettingsBuilder::append($treeBuilder->getRootNode(), [
            self::ENABLED => ['value' => false, 'type' => 'boolean'],
            self::SERVER => ['value' => null, 'type' => 'text'],
            self::VERSION => ['value' => ServerVersion::Auto->value, 'type' => 'text'],
            self::AUTH => ['value' => LoginScheme::Auto->value, 'type' => 'text'],
            self::LOGIN => ['value' => null, 'type' => 'text'],
            self::PASSWORD => ['value' => null, 'type' => 'text'],
            self::OAUTH_TOKEN_URL => ['value' => null, 'type' => 'text'],
            self::OAUTH_CLIENT_ID => ['value' => null, 'type' => 'text'],
            self::OAUTH_CLIENT_SECRET => ['value' => null, 'type' => 'text'],
            self::OAUTH_SCOPE => ['value' => null, 'type' => 'text'],
            self::DOMAINS => ['value' => null, 'type' => 'text'],
            self::START_DATE => ['value' => null, 'type' => 'text'],
            self::FOLDERS => ['value' => null, 'type' => 'text'],
            self::OWNER_IS_RECIPIENT => ['value' => false, 'type' => 'boolean'],
            self::SKIP_PRIVATE => ['value' => false, 'type' => 'boolean'],
            self::SYSTEM_MAILBOXES_COLLECT => ['value' => SystemMailboxesCollect::Addressed->value, 'type' => 'text'],
            self::JOURNAL_MAILBOXES => ['value' => null, 'type' => 'text'],
            self::ALLOW_OPT_OUT => ['value' => false, 'type' => 'boolean'],
            self::CONCURRENCY => ['value' => ConnectionSettings::DEFAULT_CONCURRENCY, 'type' => 'scalar'],
            self::CA_FILE => ['value' => null, 'type' => 'text'],
            self::PROXY => ['value' => null, 'type' => 'text'],
            self::LEGACY_TLS => ['value' => false, 'type' => 'boolean'],
            self::OPTED_OUT => ['value' => false, 'type' => 'boolean'],
        ]);

        return $treeBuilder;
    }

    /**
     * The name of a setting for ConfigManager, or with another separator for its form field.
     */
    public static function key(string $name, string $separator = '.'): string
    {
        return self::ROOT_NODE . $separator . $name;
    }
}
