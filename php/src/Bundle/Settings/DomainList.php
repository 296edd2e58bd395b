<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Settings;

use ExchangeMail\Engine\Domains;

/**
 * The e-mail domains whose mailboxes are read from Exchange. A domain does not include its subdomains.
 */
final readonly class DomainList
{
    /**
     * @param list<string> $domains lower case, ASCII, each once
     */
    private function __construct(public array $domains, private Domains $matcher)
    {
    }

    /**
     * @param string|null $text domains separated by line breaks, commas, semicolons or spaces; "@example.com" is taken as well
     */
    public static function fromText(?string $text): self
    {
        $matcher = new Domains(preg_split('/[\s,;]+/', (string)$text, -1, \PREG_SPLIT_NO_EMPTY) ?: []);

        return new self($matcher->names, $matcher);
    }

    public function isEmpty(): bool
    {
        return [] === $this->domains;
    }

    /**
     * Whether the domain of the address is one of the list.
     */
    public function covers(string $address): bool
    {
        return $this->matcher->cover($address);
    }

    /**
     * @return list<string> entries that are no domain names
     */
    public function getInvalid(): array
    {
        $isInvalid = static fn (string $domain): bool => !str_contains($domain, '.')
            || false === filter_var($domain, \FILTER_VALIDATE_DOMAIN, \FILTER_FLAG_HOSTNAME)
            || false !== filter_var($domain, \FILTER_VALIDATE_IP);

        return array_values(array_filter($this->domains, $isInvalid));
    }

    public function toText(): string
    {
        return implode("\n", $this->domains);
    }
}
