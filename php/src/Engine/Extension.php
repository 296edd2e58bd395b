<?php

declare(strict_types=1);

namespace ExchangeMail\Engine;

/**
 * Tells whether the native extension is loaded and, where it is not, how to get it. Loads nothing.
 */
final class Extension
{
    public const NAME = 'exchange_sync';

    public static function isLoaded(): bool
    {
        return class_exists(\ExchangeSync::class, false);
    }

    /**
     * @throws ExtensionMissingException saying how to build and load it
     */
    public static function requireLoaded(): void
    {
        if (!self::isLoaded()) {
            throw new ExtensionMissingException(self::remedy());
        }
    }

    private static function remedy(): string
    {
        $root = dirname(__DIR__, 3);
        $built = $root . '/target/release/lib' . self::NAME . '.so';
        $lines = [sprintf('The PHP extension %s is not loaded in PHP %s (%s).', self::NAME, PHP_VERSION, PHP_SAPI)];
        if (!is_file($built)) {
            $lines[] = "Build it: cd $root && cargo build --release -p exchange-sync";
        }
        $lines[] = "Load it for one call: php -d extension=$built " . ($_SERVER['argv'][0] ?? 'php/bin/exchange-sync');
        $lines[] = sprintf('Load it for good: put extension=%s into a file in %s', $built, self::iniFolder());

        return implode("\n", $lines);
    }

    /**
     * @return string where PHP reads its .ini files, or words for it
     */
    public static function iniFolder(): string
    {
        $scanned = php_ini_scanned_files();

        return is_string($scanned) && '' !== $scanned ? dirname(explode(',', $scanned)[0]) : 'the folder of php.ini';
    }
}
