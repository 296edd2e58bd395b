<?php

declare(strict_types=1);

namespace ExchangeMail\Engine;

use ExchangeSync\Failure;

/**
 * Words a mailbox's failure for an administrator: what happened, the server's answer, what to do, when it is tried again.
 */
final class FailureText
{
    public static function of(Failure $failure): string
    {
        $parts = [self::sentence($failure->message)];
        if (null !== $failure->code && !str_contains($failure->message, $failure->code)) {
            $parts[] = "The server answered $failure->code.";
        }
        if ('' !== $failure->remedy && !str_contains($failure->message, $failure->remedy)) {
            $parts[] = self::sentence($failure->remedy);
        }
        if (null !== $failure->retryAt) {
            $utc = $failure->retryAt->setTimezone(new \DateTimeZone('UTC'));
            $parts[] = 'The server asks not to be called before ' . $utc->format('Y-m-d H:i:s') . ' UTC.';
        }

        return implode(' ', $parts);
    }

    private static function sentence(string $text): string
    {
        $text = rtrim($text);

        return preg_match('/[.!?]$/', $text) ? $text : $text . '.';
    }
}
