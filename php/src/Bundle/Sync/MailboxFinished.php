<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Sync;

use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;

/**
 * Event: a run of a mailbox ended and its outcome is stored. Exceptions are class names of the engine, null after a success.
 */
final readonly class MailboxFinished
{
    private function __construct(
        public int $originId,
        public string $mailbox,
        public ?int $userId,
        public ?int $organizationId,
        public ?string $exception,
        public string $error,
        public ?string $previousException
    ) {
    }

    public static function of(ExchangeEmailOrigin $origin, ?string $previousException): self
    {
        return new self(
            (int)$origin->getId(),
            (string)$origin->getMailboxAddress(),
            $origin->getOwner()?->getId(),
            $origin->getOrganization()?->getId(),
            $origin->getLastErrorException(),
            (string)$origin->describeLastError(),
            $previousException
        );
    }

    /**
     * Whether Exchange refused the service account itself, not only this mailbox to it.
     */
    public function isAccountRefused(): bool
    {
        return 'ExchangeSync\AuthenticationException' === $this->exception;
    }
}
