<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Output;

use Symfony\Component\Console\Formatter\OutputFormatter;

/**
 * Makes text that strangers wrote (subjects, names, servers' answers) safe for a terminal: one line, no control characters,
 * no reversed writing, none of the console's own tags.
 */
final class PlainText
{
    public static function line(string $text, ?int $width = null): string
    {
        $text = mb_scrub($text, 'UTF-8');
        $text = trim((string) preg_replace('/[\p{Cc}\p{Z}\x{200E}\x{200F}\x{202A}-\x{202E}\x{2066}-\x{2069}]+/u', ' ', $text));
        if (null !== $width) {
            $text = mb_strimwidth($text, 0, $width, '…', 'UTF-8');
        }

        return OutputFormatter::escape($text);
    }
}
