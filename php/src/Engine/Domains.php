<?php

declare(strict_types=1);

namespace ExchangeMail\Engine;

/**
 * Which addresses belong to a list of e-mail domains. Mailboxes outside of it are never asked for.
 */
final readonly class Domains
{
    /** @var list<string> lower case, ASCII, each once */
    public array $names;

    /**
     * @param iterable<string> $names "@example.com" is taken as well
     */
    public function __construct(iterable $names)
    {
        $normalized = [];
        foreach ($names as $name) {
            $normalized[self::normalize($name)] = true;
        }
        $this->names = array_map(strval(...), array_keys($normalized));
    }

    /**
     * Whether the domain of the address is one of the list, not only a part of one.
     */
    public function cover(string $address): bool
    {
        $at = strrpos($address, '@');

        return false !== $at && \in_array(self::normalize(substr($address, $at + 1)), $this->names, true);
    }

    private static function normalize(string $domain): string
    {
        $domain = mb_strtolower(trim(ltrim($domain, '@'), '. '));
        $ascii = \function_exists('idn_to_ascii') && 1 === preg_match('/[^\x00-\x7F]/', $domain)
            ? idn_to_ascii($domain)
            : $domain;

        return false === $ascii ? $domain : $ascii;
    }
}
