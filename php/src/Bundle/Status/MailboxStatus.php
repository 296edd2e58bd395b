<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Status;

/**
 * The state of one mailbox as an administrator sees it.
 */
final readonly class MailboxStatus
{
    public function __construct(
        public int $originId,
        public string $mailbox,
        public string $reader,
        public bool $active,
        public ?\DateTimeInterface $lastRunAt,
        public ?\DateTimeInterface $nextRunAt,
        public int $collected,
        public int $skipped,
        public ?string $error,
        public ?string $remedy
    ) {
    }

    public function hasFailed(): bool
    {
        return $this->active && null !== $this->error;
    }
}
