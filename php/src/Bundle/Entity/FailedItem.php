<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Entity;

/**
 * An item of Exchange that could not be stored, or not be read. It is tried again for days, and kept here until it is stored or
 * gone from Exchange. The ExchangeEmailOrigin counts them as skipped.
 */
class FailedItem
{
    /** Minutes until the next try, by the number of those before; the last one stays. */
    private const PAUSES_IN_MINUTES = [5, 15, 60, 180, 360, 720, 1440];

    /** So long it is tried without anybody asking for it. */
    private const TRIED_FOR_DAYS = 14;

    private ?int $id = null;

    private string $itemHash;

    private string $errorClass = '';

    private string $reason = '';

    private int $attempts = 0;

    private \DateTimeInterface $firstTryAt;

    private \DateTimeInterface $lastTryAt;

    private ?\DateTimeInterface $nextTryAt = null;

    /**
     * @param string $itemId EWS ItemId
     */
    public function __construct(
        private ExchangeEmailOrigin $origin,
        private ExchangeEmailFolder $exchangeFolder,
        private string $itemId
    ) {
        $this->itemHash = ExchangeEmail::hash($itemId);
        $this->firstTryAt = $this->lastTryAt = self::now();
    }

    /**
     * @param string $errorClass class of the exception, or FailureReason::ENGINE
     * @param string $reason     for the administrator, nothing of the mail in it
     */
    public function recordFailure(string $errorClass, string $reason): self
    {
        ++$this->attempts;
        $this->errorClass = $errorClass;
        $this->reason = $reason;
        $this->lastTryAt = self::now();
        $pause = self::PAUSES_IN_MINUTES[min($this->attempts, \count(self::PAUSES_IN_MINUTES)) - 1];
        $next = self::now()->modify(\sprintf('+%d minutes', $pause));
        $end = \DateTime::createFromInterface($this->firstTryAt)->modify(\sprintf('+%d days', self::TRIED_FOR_DAYS));
        $this->nextTryAt = $next <= $end ? $next : null;

        return $this;
    }

    public function getId(): ?int
    {
        return $this->id;
    }

    public function getOrigin(): ExchangeEmailOrigin
    {
        return $this->origin;
    }

    public function getExchangeFolder(): ExchangeEmailFolder
    {
        return $this->exchangeFolder;
    }

    /**
     * The EWS ItemId.
     */
    public function getItemId(): string
    {
        return $this->itemId;
    }

    public function getItemHash(): string
    {
        return $this->itemHash;
    }

    public function getErrorClass(): string
    {
        return $this->errorClass;
    }

    public function getReason(): string
    {
        return $this->reason;
    }

    public function getAttempts(): int
    {
        return $this->attempts;
    }

    public function getFirstTryAt(): \DateTimeInterface
    {
        return $this->firstTryAt;
    }

    public function getLastTryAt(): \DateTimeInterface
    {
        return $this->lastTryAt;
    }

    /**
     * @return \DateTimeInterface|null null: only when somebody asks for it
     */
    public function getNextTryAt(): ?\DateTimeInterface
    {
        return $this->nextTryAt;
    }

    /**
     * Oro's datetime columns take \DateTime in UTC only.
     */
    private static function now(): \DateTime
    {
        return new \DateTime('now', new \DateTimeZone('UTC'));
    }
}
