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
        public bool $active
    ) {
    }
}
