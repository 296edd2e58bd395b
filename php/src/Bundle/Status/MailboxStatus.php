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
        public ?string $remedy,
        public bool $readByImap = false
    ) {
    }

    /**
     * @param array<string, mixed> $row of StatusQuery
     */
    public static function fromRow(array $row): self
    {
        return new self(
            (int)$row['id'],
            (string)$row['mailboxAddress'],
            (string)$row['reader'],
            (bool)$row['isActive'],
            $row['lastRunAt'],
            $row['nextRunAt'],
            (int)$row['collected'],
            (int)$row['skipped'],
            $row['lastError'],
            $row['lastErrorRemedy'],
            (bool)$row['isReadByImap']
        );
    }

    /**
     * What happened and what to do; the engine's message often tells the remedy itself.
     */
    public function describeError(): string
    {
        $error = (string)$this->error;
        $remedy = (string)$this->remedy;

        return '' === $remedy || str_contains($error, $remedy) ? $error : $error . "\n" . $remedy;
    }

    public function hasFailed(): bool
    {
        return $this->active && null !== $this->error;
    }
}
