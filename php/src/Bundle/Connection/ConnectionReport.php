<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Connection;

/**
 * The answer of a connection check: what the administrator reads.
 */
final readonly class ConnectionReport
{
    public function __construct(public bool $successful, public string $message)
    {
    }

    /**
     * @return array{successful: bool, message: string}
     */
    public function toArray(): array
    {
        return ['successful' => $this->successful, 'message' => $this->message];
    }
}
