<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Storage;

/**
 * Somebody in an e-mail's header.
 */
final class Person
{
    public function __construct(public readonly ?string $name, public readonly string $email)
    {
    }

    public function shortly(): string
    {
        return null === $this->name || '' === $this->name ? $this->email : $this->name;
    }

    public function fully(): string
    {
        return $this->shortly() === $this->email ? $this->email : "{$this->name} <{$this->email}>";
    }
}
