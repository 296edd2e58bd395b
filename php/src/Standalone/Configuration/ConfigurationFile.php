<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Configuration;

use Symfony\Component\Yaml\Exception\ParseException;
use Symfony\Component\Yaml\Yaml;

/**
 * Reads the YAML configuration. Checks what the host itself uses; the rest goes to the engine, which checks it.
 */
final class ConfigurationFile
{
    private const HOST_SETTINGS = ['contacts', 'users', 'database', 'mailboxes', 'options'];
    private const ENGINE_SETTINGS = ['server', 'version', 'login', 'password', 'domains', 'ca_file'];

    /**
     * @throws ConfigurationProblem
     */
    public static function read(string $file): Configuration
    {
        if (!is_file($file) || !is_readable($file)) {
            throw new ConfigurationProblem("The configuration $file cannot be read: name yours with --config FILE.");
        }
        try {
            $settings = Yaml::parseFile($file, Yaml::PARSE_DATETIME);
        } catch (ParseException $e) {
            // The parser's own message quotes the line, which may be the password's; so it is not kept as previous either.
            throw new ConfigurationProblem(sprintf(
                'The configuration %s is not YAML: see line %d (a value with any of : # { } [ ] , & * ! | > \' " %% @ \\ must be quoted).',
                $file,
                $e->getParsedLine()
            ));
        }
        if (!is_array($settings)) {
            throw new ConfigurationProblem("The configuration $file holds no settings.");
        }

        try {
            return self::build($settings, dirname(realpath($file) ?: $file));
        } catch (ConfigurationProblem $e) {
            throw new ConfigurationProblem("$file: {$e->getMessage()}");
        }
    }

    /**
     * @param array<string, mixed> $settings
     */
    private static function build(#[\SensitiveParameter] array $settings, string $folder): Configuration
    {
        $settings = Secrets::resolve(array_filter($settings, static fn ($value) => null !== $value), $folder);
        $unknown = array_diff(array_keys($settings), self::HOST_SETTINGS, self::ENGINE_SETTINGS);
        if ([] !== $unknown) {
            throw new ConfigurationProblem(sprintf(
                'unknown setting %s; known are %s. Further options of the engine belong below "options:".',
                implode(', ', $unknown),
                implode(', ', [...self::ENGINE_SETTINGS, ...self::HOST_SETTINGS])
            ));
        }
        $options = $settings['options'] ?? [];
        if (!is_array($options)) {
            throw new ConfigurationProblem('the setting options must be a map, such as "options: {concurrency: 4}".');
        }
        $options = Secrets::resolve($options, $folder);
        $engine = $options + array_intersect_key($settings, array_flip(self::ENGINE_SETTINGS));
        $engine['domains'] = self::addresses($settings, 'domains');
        if (isset($engine['ca_file']) && is_string($engine['ca_file'])) {
            $engine['ca_file'] = Path::absolute($engine['ca_file'], $folder);
        }

        return new Configuration(
            $engine,
            $engine['domains'],
            Path::absolute(self::text($settings, 'contacts'), $folder),
            Path::absolute(self::text($settings, 'users'), $folder),
            Path::absolute(self::text($settings, 'database', 'exchange-sync.sqlite'), $folder),
            self::addresses($settings, 'mailboxes')
        );
    }

    /**
     * @param array<string, mixed> $settings
     */
    private static function text(#[\SensitiveParameter] array $settings, string $name, ?string $default = null): string
    {
        $value = $settings[$name] ?? $default;
        if (!is_string($value) || '' === $value) {
            throw new ConfigurationProblem("the setting $name is missing or no text.");
        }

        return $value;
    }

    /**
     * @param array<string, mixed> $settings
     *
     * @return list<string>
     */
    private static function addresses(#[\SensitiveParameter] array $settings, string $name): array
    {
        $values = $settings[$name] ?? [];
        if (!is_array($values) || array_filter($values, static fn ($value) => !is_string($value))) {
            throw new ConfigurationProblem("the setting $name must be a list of texts, such as \"$name: [example.com]\".");
        }

        return array_values(array_map(static fn (string $value) => mb_strtolower(trim($value)), $values));
    }
}
