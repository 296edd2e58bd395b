<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Contract;

/**
 * One thing of Oro that a file of php/ uses.
 */
final readonly class Usage
{
    /**
     * @param string               $kind   class, method, constant, property, override, service, tag, name, table, column, field,
     *                                     template, block or module
     * @param string               $name   what is used, members as Class::member
     * @param array<string, mixed> $detail what the use needs to fit
     */
    public function __construct(
        public string $kind,
        public string $name,
        public string $where,
        public array $detail = []
    ) {
    }

    public function getClass(): string
    {
        return explode('::', $this->name)[0];
    }

    public function getMember(): string
    {
        return explode('::', $this->name)[1] ?? '';
    }
}
