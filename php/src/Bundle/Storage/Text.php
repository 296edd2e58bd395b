<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Storage;

/**
 * Makes text that every database takes: whole UTF-8 characters, no NUL. Mail holds what it likes.
 */
final class Text
{
    public static function clean(string $text): string
    {
        return mb_scrub(str_replace("\0", '', $text), 'UTF-8');
    }

    /**
     * @param int $length characters
     */
    public static function shortened(string $text, int $length): string
    {
        return mb_substr(self::clean($text), 0, $length);
    }

    /**
     * Drops what is left of a character at the end.
     */
    public static function wholeCharacters(string $text): string
    {
        return self::clean(mb_strcut($text, 0, \strlen($text), 'UTF-8'));
    }
}
