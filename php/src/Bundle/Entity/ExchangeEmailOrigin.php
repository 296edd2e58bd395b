<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Entity;

use Oro\Bundle\EmailBundle\Entity\EmailOrigin;

/**
 * An Exchange mailbox that Oro reads: of a user (owner is set) or of a system mailbox (mailbox is set). Knows its state, no server.
 */
class ExchangeEmailOrigin extends EmailOrigin
{
    /** The width of oro_email_origin.mailbox_name. */
    private const MAILBOX_NAME_LENGTH = 64;

    private ?string $mailboxAddress = null;

    private ?string $rootFolderId = null;

    private ?string $rootCheckpoint = null;

    private ?\DateTimeInterface $lastRunAt = null;

    private ?\DateTimeInterface $nextRunAt = null;

    private ?int $collected = 0;

    private ?int $skipped = 0;

    private ?string $lastError = null;

    private ?string $lastErrorRemedy = null;

    private ?string $lastErrorCode = null;

    private ?string $lastErrorException = null;

    /** Written by OriginLeases only. */
    private ?string $lease = null;

    private ?\DateTimeInterface $leaseUntil = null;

    /** Written by OriginLeases only: the run that holds the lease has an old address book. */
    private ?bool $outdated = null;

    /**
     * The SMTP address of the mailbox, lower case.
     */
    public function getMailboxAddress(): ?string
    {
        return $this->mailboxAddress;
    }

    /**
     * Oro shows mailboxName in its lists of mailboxes, but keeps 64 characters of it: an address may be longer.
     */
    public function setMailboxAddress(string $address): self
    {
        $this->mailboxAddress = mb_strtolower(trim($address));
        $this->mailboxName = mb_substr($this->mailboxAddress, 0, self::MAILBOX_NAME_LENGTH);

        return $this;
    }

    /**
     * Mailbox::setOrigin() asks every origin for its user, and refuses one without.
     */
    public function getUser(): ?string
    {
        return $this->mailboxAddress;
    }

    public function getRootFolderId(): ?string
    {
        return $this->rootFolderId;
    }

    public function getRootCheckpoint(): ?string
    {
        return $this->rootCheckpoint;
    }

    /**
     * The checkpoint of the folder hierarchy, kept here because Oro has no folder for the root.
     */
    public function setRootCheckpoint(string $rootFolderId, string $checkpoint): self
    {
        $this->rootFolderId = $rootFolderId;
        $this->rootCheckpoint = $checkpoint;

        return $this;
    }

    /**
     * Forgets what was read of the hierarchy; the next run looks at every folder again.
     */
    public function resetRootCheckpoint(): self
    {
        $this->rootFolderId = null;
        $this->rootCheckpoint = null;

        return $this;
    }

    public function getLastRunAt(): ?\DateTimeInterface
    {
        return $this->lastRunAt;
    }

    public function getNextRunAt(): ?\DateTimeInterface
    {
        return $this->nextRunAt;
    }

    public function setNextRunAt(?\DateTimeInterface $nextRunAt): self
    {
        $this->nextRunAt = self::mutable($nextRunAt);

        return $this;
    }

    /**
     * Messages stored from this mailbox since it is read.
     */
    public function getCollected(): int
    {
        return $this->collected ?? 0;
    }

    /**
     * Messages of this mailbox that could not be read since it is read.
     */
    public function getSkipped(): int
    {
        return $this->skipped ?? 0;
    }

    public function addToCounters(int $collected, int $skipped): self
    {
        $this->collected = $this->getCollected() + $collected;
        $this->skipped = $this->getSkipped() + $skipped;

        return $this;
    }

    public function getLastError(): ?string
    {
        return $this->lastError;
    }

    public function getLastErrorRemedy(): ?string
    {
        return $this->lastErrorRemedy;
    }

    /**
     * What happened and what to do, in one text; the engine's message often tells the remedy itself.
     */
    public function describeLastError(): ?string
    {
        return null === $this->lastError || '' === (string)$this->lastErrorRemedy
            || str_contains($this->lastError, (string)$this->lastErrorRemedy)
            ? $this->lastError
            : $this->lastError . ' ' . $this->lastErrorRemedy;
    }

    /**
     * The EWS ResponseCode of the last error, if the server gave one.
     */
    public function getLastErrorCode(): ?string
    {
        return $this->lastErrorCode;
    }

    /**
     * The class of the engine's exception, which says what kind of error it was.
     */
    public function getLastErrorException(): ?string
    {
        return $this->lastErrorException;
    }

    public function recordSuccess(\DateTimeInterface $finishedAt): self
    {
        $this->lastRunAt = self::mutable($finishedAt);
        $this->nextRunAt = null;
        $this->lastError = null;
        $this->lastErrorRemedy = null;
        $this->lastErrorCode = null;
        $this->lastErrorException = null;

        return $this;
    }

    /**
     * @param string                  $exception class of the engine's exception
     * @param string|null             $code      EWS ResponseCode
     * @param \DateTimeInterface|null $retryAt   not before this moment; null: with the next run
     */
    public function recordFailure(
        \DateTimeInterface $finishedAt,
        string $exception,
        ?string $code,
        string $message,
        string $remedy,
        ?\DateTimeInterface $retryAt = null
    ): self {
        $this->lastRunAt = self::mutable($finishedAt);
        $this->nextRunAt = self::mutable($retryAt);
        $this->lastError = $message;
        $this->lastErrorRemedy = $remedy;
        $this->lastErrorCode = $code;
        $this->lastErrorException = $exception;

        return $this;
    }

    /**
     * Until when a run owns this mailbox; null: no run does.
     */
    public function getLeaseUntil(): ?\DateTimeInterface
    {
        return null === $this->lease ? null : $this->leaseUntil;
    }

    public function __toString(): string
    {
        return \sprintf('Exchange - %s', (string)$this->mailboxAddress);
    }

    /**
     * Oro's datetime columns take \DateTime in UTC only.
     */
    private static function mutable(?\DateTimeInterface $moment): ?\DateTime
    {
        return null === $moment
            ? null
            : \DateTime::createFromInterface($moment)->setTimezone(new \DateTimeZone('UTC'));
    }
}
