<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Entity;

use Oro\Bundle\EmailBundle\Entity\EmailOrigin;
use Oro\Bundle\ImapBundle\Entity\UserEmailOrigin;

/**
 * An Exchange mailbox that Oro reads: of a user (owner is set) or of a system mailbox (mailbox is set).
 *
 * Switched off it has isSyncEnabled = false. isActive stays true: with false Oro hides all mail of the origin.
 */
class ExchangeEmailOrigin extends EmailOrigin
{
    /** The width of oro_email_origin.mailbox_name. */
    private const MAILBOX_NAME_LENGTH = 64;

    /** How long an additional address that is no mailbox is left alone; an administrator's "Sync now" does not wait. */
    private const NO_MAILBOX_PAUSE_IN_DAYS = 30;

    /** EWS ResponseCodes for an address that has no mailbox, or is another name of one. */
    private const NO_MAILBOX_CODES = ['ErrorNonExistentMailbox', 'ErrorNonPrimarySmtpAddress'];

    protected ?string $mailboxAddress = null;

    protected ?string $server = null;

    protected ?\DateTimeInterface $switchedOnAt = null;

    protected ?\DateTimeInterface $since = null;

    protected ?UserEmailOrigin $smtpOrigin = null;

    protected ?string $rootFolderId = null;

    protected ?string $rootCheckpoint = null;

    protected ?\DateTimeInterface $nextRunAt = null;

    protected ?int $collected = 0;

    protected ?int $skipped = 0;

    protected ?string $lastError = null;

    protected ?string $lastErrorRemedy = null;

    protected ?string $lastErrorCode = null;

    protected ?string $lastErrorException = null;

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

    /**
     * Oro's form of a system mailbox asks the mailbox's origin for it: the (encrypted) one of its SMTP settings.
     */
    public function getPassword(): ?string
    {
        return $this->smtpOrigin?->getPassword();
    }

    /**
     * The server that folders and checkpoints are of, by its name in the settings; null: not read yet.
     */
    public function getServer(): ?string
    {
        return $this->server;
    }

    public function setServer(?string $server): self
    {
        $this->server = $server;

        return $this;
    }

    /**
     * When Exchange was switched on for this mailbox.
     */
    public function getSwitchedOnAt(): ?\DateTimeInterface
    {
        return $this->switchedOnAt;
    }

    /**
     * To be read from now on.
     */
    public function switchOn(\DateTimeInterface $moment): self
    {
        $this->isActive = true;
        $this->isSyncEnabled = true;
        $this->switchedOnAt = self::mutable($moment);
        $this->nextRunAt = null;

        return $this;
    }

    /**
     * No longer to be read; what was collected is still shown.
     */
    public function switchOff(): self
    {
        $this->isActive = true;
        $this->isSyncEnabled = false;

        return $this;
    }

    /**
     * Mail that was received before is not collected; null: the start date of the settings.
     */
    public function getSince(): ?\DateTimeInterface
    {
        return $this->since;
    }

    public function setSince(?\DateTimeInterface $since): self
    {
        $this->since = self::mutable($since);

        return $this;
    }

    /**
     * Whether a message is older than the connection of its mailbox, so that it may be stored but is no reason to act:
     * no automatic reply, process, workflow or notification.
     */
    public function isTooOldToTrigger(\DateTimeInterface $sent, \DateTimeInterface $received): bool
    {
        // as Oro's IMAP compares: mail in a folder of sent items may have no date of receipt
        return max($sent, $received) < max($this->switchedOnAt, $this->since);
    }

    /**
     * By which a system mailbox sends: Oro's own origin, kept beside this one for its SMTP settings.
     */
    public function getSmtpOrigin(): ?UserEmailOrigin
    {
        return $this->smtpOrigin;
    }

    public function setSmtpOrigin(?UserEmailOrigin $smtpOrigin): self
    {
        $this->smtpOrigin = $smtpOrigin;

        return $this;
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

    public function recordSuccess(): self
    {
        $this->nextRunAt = null;
        $this->lastError = null;
        $this->lastErrorRemedy = null;
        $this->lastErrorCode = null;
        $this->lastErrorException = null;

        return $this;
    }

    /**
     * Of an additional address that is no mailbox of its own nothing is wrong: it is left alone for a while, without an error.
     *
     * @param string                  $exception class of the engine's exception
     * @param string|null             $code      EWS ResponseCode
     * @param \DateTimeInterface|null $retryAt   not before this moment; null: with the next run
     */
    public function recordFailure(
        string $exception,
        ?string $code,
        string $message,
        string $remedy,
        ?\DateTimeInterface $retryAt = null
    ): self {
        if ($this->isAdditionalAddress() && \in_array($code, self::NO_MAILBOX_CODES, true)) {
            $this->recordSuccess();
            $this->lastErrorCode = $code;
            $this->nextRunAt = new \DateTime(\sprintf('+%d days', self::NO_MAILBOX_PAUSE_IN_DAYS), new \DateTimeZone('UTC'));

            return $this;
        }
        $this->nextRunAt = self::mutable($retryAt);
        $this->lastError = $message;
        $this->lastErrorRemedy = $remedy;
        $this->lastErrorCode = $code;
        $this->lastErrorException = $exception;

        return $this;
    }

    /**
     * Whether this is an additional address of a user of which Exchange said that it is no mailbox of its own.
     */
    public function hasNoMailbox(): bool
    {
        return null === $this->lastError && null !== $this->lastErrorCode;
    }

    public function __toString(): string
    {
        return \sprintf('Exchange - %s', (string)$this->mailboxAddress);
    }

    private function isAdditionalAddress(): bool
    {
        return null !== $this->owner && mb_strtolower(trim((string)$this->owner->getEmail())) !== $this->mailboxAddress;
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
