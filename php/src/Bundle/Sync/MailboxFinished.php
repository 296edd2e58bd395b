<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Sync;

use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;

/**
 * Event: a run of a mailbox ended and its outcome is stored.
 */
final readonly class MailboxFinished
{
    private const AUTHENTICATION = 'ExchangeSync\AuthenticationException';
    public const IMPERSONATION = 'ExchangeSync\ImpersonationException';

    /**
     * @param string|null $exception class name of the engine's exception, null after a success
     */
    private function __construct(
        public int $originId,
        public string $mailbox,
        public ?int $organizationId,
        public ?string $exception,
        public string $error
    ) {
    }

    public static function of(ExchangeEmailOrigin $origin): self
    {
        return new self(
            (int)$origin->getId(),
            (string)$origin->getMailboxAddress(),
            $origin->getOrganization()?->getId(),
            $origin->getLastErrorException(),
            (string)$origin->describeLastError()
        );
    }

    public function isSuccess(): bool
    {
        return null === $this->exception;
    }

    /**
     * Whether Exchange refused the account, or this mailbox to it.
     */
    public function isRefused(): bool
    {
        return $this->isAccountRefused() || self::IMPERSONATION === $this->exception;
    }

    /**
     * Whether Exchange refused the service account itself, not only this mailbox to it.
     */
    public function isAccountRefused(): bool
    {
        return self::AUTHENTICATION === $this->exception;
    }

    /**
     * Whether the account is known to be good: only who is signed in is told that he may not open a mailbox.
     */
    public function isAccountAccepted(): bool
    {
        return $this->isSuccess() || self::IMPERSONATION === $this->exception;
    }
}
