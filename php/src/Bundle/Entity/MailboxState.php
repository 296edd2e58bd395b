<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Entity;

/**
 * When a mailbox was read and who is reading it. A table of its own: it changes with every run, and My Emails of every user of Oro
 * joins oro_email_origin. Written by OriginLeases only; an origin that was never queued has none.
 */
class MailboxState
{
    private ?int $id = null;

    private ExchangeEmailOrigin $origin;

    /** Of the message that waits for a consumer or is being worked off. */
    private ?string $ticket = null;

    /** A message that is not worked off until then was lost. */
    private ?\DateTimeInterface $queuedUntil = null;

    /** Of the run that reads the mailbox. */
    private ?string $lease = null;

    private ?\DateTimeInterface $leaseUntil = null;

    /** The address book of the run that holds the lease knows everybody who was known at this moment. */
    private ?\DateTimeInterface $bookAt = null;

    private bool $startOver = false;

    private ?\DateTimeInterface $lastRunAt = null;

    public function getId(): ?int
    {
        return $this->id;
    }

    public function getOrigin(): ExchangeEmailOrigin
    {
        return $this->origin;
    }

    /**
     * Until when a run owns this mailbox, in UTC; null: no run does.
     */
    public function getLeaseUntil(): ?\DateTimeInterface
    {
        return null === $this->lease ? null : $this->leaseUntil;
    }

    /**
     * When a run of this mailbox ended last, well or not, in UTC.
     */
    public function getLastRunAt(): ?\DateTimeInterface
    {
        return $this->lastRunAt;
    }
}
