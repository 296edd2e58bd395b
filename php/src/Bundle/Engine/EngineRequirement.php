<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Engine;

/**
 * Tells whether the native extension is there, and if not, what to install. Loads nothing.
 */
final class EngineRequirement
{
    public const EXTENSION = 'exchange_sync';

    public function isMet(): bool
    {
        return class_exists(\ExchangeSync::class, false);
    }

    /**
     * @return string what an administrator has to do, empty where nothing is missing
     */
    public function getRemedy(): string
    {
        if ($this->isMet()) {
            return '';
        }

        return \sprintf(
            'The PHP extension "%s" is not loaded in PHP %s (%s). Install %s.so built for PHP %d.%d, enable it with'
            . ' "extension=%s" in %s, and restart PHP. The web server, cron and the message queue consumers each need it.',
            self::EXTENSION,
            \PHP_VERSION,
            \PHP_SAPI,
            self::EXTENSION,
            \PHP_MAJOR_VERSION,
            \PHP_MINOR_VERSION,
            self::EXTENSION,
            php_ini_scanned_files() ? \dirname(explode(',', (string)php_ini_scanned_files())[0]) : 'php.ini'
        );
    }
}
