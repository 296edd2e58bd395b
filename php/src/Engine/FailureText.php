<?php

declare(strict_types=1);

namespace ExchangeMail\Engine;

use ExchangeSync\Failure;

/**
 * Words a mailbox's failure for an administrator: what happened, the server's answer, what to do, when it is tried again.
 */
final class FailureText
{
    /**
     * @param string $mailbox whose failure it is; not named again in the text, so that equal failures read alike
     */
    public static function of(Failure $failure, string $mailbox): string
    {
        $named = "Mailbox $mailbox: ";
        $message = str_starts_with($failure->message, $named) ? substr($failure->message, strlen($named)) : $failure->message;
        $parts = [self::sentence($message)];
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
