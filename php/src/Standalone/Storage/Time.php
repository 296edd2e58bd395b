<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Storage;

/**
 * How times stand in the database: UTC, and so sorted as text.
 */
final class Time
{
    public const FORMAT = 'Y-m-d\TH:i:s\Z';

    public static function format(\DateTimeImmutable $time): string
    {
        return $time->setTimezone(new \DateTimeZone('UTC'))->format(self::FORMAT);
    }
}
