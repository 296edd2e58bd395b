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
     * Drops what is left of a character at the end, which is at most three bytes of UTF-8.
     */
    public static function wholeCharacters(string $text): string
    {
        for ($bytes = 0; $bytes <= 3; ++$bytes) {
            $whole = substr($text, 0, \strlen($text) - $bytes);
            if (mb_check_encoding($whole, 'UTF-8')) {
                return self::clean($whole);
            }
        }

        return self::clean($text);
    }

    /**
     * Text that things are told apart by: where it is too long, a hash takes the place of what does not fit.
     *
     * @param int    $length characters
     * @param string $end    what the shortened text ends with too
     */
    public static function key(string $text, int $length, string $end = ''): string
    {
        $text = self::clean($text);
        if (mb_strlen($text) <= $length) {
            return $text;
        }
        $suffix = '~' . substr(hash('sha256', $text), 0, 32) . $end;

        return mb_substr($text, 0, $length - \strlen($suffix)) . $suffix;
    }
}
