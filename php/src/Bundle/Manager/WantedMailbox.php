<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Manager;

/**
 * A mailbox that should be read for an organization, by the address of an enabled user.
 */
final readonly class WantedMailbox
{
    public function __construct(public string $address, public int $userId, public int $organizationId)
    {
    }

    /**
     * The same as KnownOrigin::key() of its origin.
     */
    public function key(): string
    {
        return \sprintf('%d %d %s', $this->userId, $this->organizationId, $this->address);
    }

    /**
     * @return string for whom, without the address
     */
    public function reader(): string
    {
        return \sprintf('%d %d', $this->userId, $this->organizationId);
    }
}
