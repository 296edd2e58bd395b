<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\DependencyInjection;

use ExchangeMail\Bundle\Settings\ExchangeSettings;
use ExchangeMail\Bundle\Settings\ServerVersion;
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
    public const LOGIN = 'login';
    public const PASSWORD = 'password';
    public const DOMAINS = 'domains';
    public const FOLDERS = 'folders';
    public const START_DATE = 'start_date';
    public const CONCURRENCY = 'concurrency';
    public const CA_FILE = 'ca_file';

    public function getConfigTreeBuilder(): TreeBuilder
    {
        $treeBuilder = new TreeBuilder(self::ROOT_NODE);

        SettingsBuilder::append($treeBuilder->getRootNode(), [
            self::ENABLED => ['value' => false, 'type' => 'boolean'],
            self::SERVER => ['value' => null, 'type' => 'text'],
            self::VERSION => ['value' => ServerVersion::Auto->value, 'type' => 'text'],
            self::LOGIN => ['value' => null, 'type' => 'text'],
            self::PASSWORD => ['value' => null, 'type' => 'text'],
            self::DOMAINS => ['value' => null, 'type' => 'text'],
            self::FOLDERS => ['value' => null, 'type' => 'text'],
            self::START_DATE => ['value' => null, 'type' => 'text'],
            self::CONCURRENCY => ['value' => ExchangeSettings::DEFAULT_CONCURRENCY, 'type' => 'scalar'],
            self::CA_FILE => ['value' => null, 'type' => 'text'],
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
