<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Engine;

use ExchangeMail\Engine\Extension;

/**
 * Tells Oro's administrator what to install where the native extension is missing.
 */
class EngineRequirement
{
    public function isMet(): bool
    {
        return Extension::isLoaded();
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
            Extension::NAME,
            \PHP_VERSION,
            \PHP_SAPI,
            Extension::NAME,
            \PHP_MAJOR_VERSION,
            \PHP_MINOR_VERSION,
            Extension::NAME,
            Extension::iniFolder()
        );
    }
}
