<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Entity;

use Oro\Bundle\OrganizationBundle\Entity\Organization;

/**
 * An address that somebody of the CRM got after mail was read: its earlier mail waits to be searched for.
 */
class LateAddress
{
    private ?int $id = null;

    private \DateTimeInterface $createdAt;

    /** Who read the address book after that knows it: created_at may be long before the commit. */
    private ?\DateTimeInterface $seenAt = null;

    /** Of the search that has it. */
    private ?string $ticket = null;

    /** A search that does not go on until then was lost. */
    private ?\DateTimeInterface $queuedUntil = null;

    public function __construct(private Organization $organization, private string $email)
    {
        $this->createdAt = new \DateTime('now', new \DateTimeZone('UTC'));
    }

    public function getId(): ?int
    {
        return $this->id;
    }

    public function getOrganization(): Organization
    {
        return $this->organization;
    }

    public function getEmail(): string
    {
        return $this->email;
    }

    public function getCreatedAt(): \DateTimeInterface
    {
        return $this->createdAt;
    }
}
