<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Manager;

/**
 * A mailbox that should be read, by the address of an enabled user.
 */
final readonly class WantedMailbox
{
    public function __construct(public string $address, public int $userId, public int $organizationId)
    {
    }
}
