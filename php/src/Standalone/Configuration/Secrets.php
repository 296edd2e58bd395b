<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Configuration;

/**
 * Replaces `NAME_env` and `NAME_file` by `NAME`, so that a password need not stand in the configuration.
 */
final class Secrets
{
    private const NAMES = ['password', 'oauth_client_secret'];

    /**
     * @param array<string, mixed> $settings
     *
     * @return array<string, mixed>
     */
    public static function resolve(#[\SensitiveParameter] array $settings, string $folder): array
    {
        foreach (self::NAMES as $name) {
            $given = array_intersect([$name, "{$name}_env", "{$name}_file"], array_keys($settings));
            if (count($given) > 1) {
                throw new ConfigurationProblem('Give only one of the settings ' . implode(', ', $given) . '.');
            }
            if (isset($settings["{$name}_env"])) {
                $settings[$name] = self::fromEnvironment("{$name}_env", $settings["{$name}_env"]);
            } elseif (isset($settings["{$name}_file"])) {
                $settings[$name] = self::fromFile("{$name}_file", $settings["{$name}_file"], $folder);
            } elseif (isset($settings[$name]) && !is_string($settings[$name])) {
                throw new ConfigurationProblem(
                    "Put quotes around the value of the setting $name: YAML takes it for a number, date or list."
                );
            }
            unset($settings["{$name}_env"], $settings["{$name}_file"]);
        }

        return $settings;
    }

    private static function fromEnvironment(string $setting, mixed $variable): string
    {
        $value = is_string($variable) ? getenv($variable) : false;
        if (false === $value || '' === $value) {
            throw new ConfigurationProblem(sprintf(
                'The environment variable %s, which the setting %s names, is not set.',
                is_string($variable) ? $variable : 'of the setting',
                $setting
            ));
        }

        return $value;
    }

    private static function fromFile(string $setting, mixed $file, string $folder): string
    {
        if (!is_string($file)) {
            throw new ConfigurationProblem("The setting $setting must be a file's path.");
        }
        $path = Path::absolute($file, $folder);
        $content = is_file($path) && is_readable($path) ? file_get_contents($path) : false;
        if (false === $content) {
            throw new ConfigurationProblem("The file $path, which the setting $setting names, cannot be read.");
        }
        $value = rtrim($content, "\r\n");
        if ('' === $value) {
            throw new ConfigurationProblem("The file $path, which the setting $setting names, is empty.");
        }

        return $value;
    }
}
