<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Manager;

/**
 * What is stored of a user's Exchange origin.
 */
final readonly class KnownOrigin
{
    public function __construct(
        public int $id,
        public string $address,
        public int $userId,
        public ?int $organizationId,
        public bool $isSyncEnabled
    ) {
    }

    /**
     * What tells one origin from another: a user has one for each address and organization.
     */
    public function key(): string
    {
        return \sprintf('%d %d %s', $this->userId, (int)$this->organizationId, $this->address);
    }

    /**
     * @return string of whom, without the address
     */
    public function reader(): string
    {
        return \sprintf('%d %d', $this->userId, (int)$this->organizationId);
    }
}
