<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Storage;

use Doctrine\ORM\EntityManagerInterface;
use Oro\Bundle\OrganizationBundle\Entity\Organization;
use Oro\Bundle\SecurityBundle\Authentication\Token\OrganizationToken;
use Symfony\Component\Security\Core\Authentication\Token\Storage\TokenStorageInterface;
use Symfony\Component\Security\Core\Authentication\Token\TokenInterface;

/**
 * Makes Oro act for one organization, as its own mail synchronization does: activities then only reach people of it.
 */
final class OrganizationContext
{
    private ?TokenInterface $before = null;

    private bool $entered = false;

    private ?Organization $organization = null;

    private ?int $ownerId = null;

    public function __construct(private readonly TokenStorageInterface $tokenStorage)
    {
    }

    /**
     * @param int|null $ownerId user whose mail it is; null: a system mailbox's
     */
    public function enter(EntityManagerInterface $em, int $organizationId, ?int $ownerId = null): void
    {
        if (!$this->entered) {
            $this->before = $this->tokenStorage->getToken();
            $this->entered = true;
        }
        $organization = $em->find(Organization::class, $organizationId);
        if (null === $organization) {
            throw new \RuntimeException(\sprintf('Organization %d was removed while its mail was read.', $organizationId));
        }
        $this->organization = $organization;
        $this->ownerId = $ownerId;
        $this->tokenStorage->setToken(new OrganizationToken($organization));
    }

    /**
     * After the entity manager was cleared: listeners relate new records to the organization that the entity manager knows.
     */
    public function refresh(EntityManagerInterface $em): void
    {
        if (null !== $this->organization) {
            $this->enter($em, (int)$this->organization->getId(), $this->ownerId);
        }
    }

    /**
     * Does something as Oro's own synchronization of bodies does it: without a token. Its listeners ask for permissions as soon
     * as there is one, and that of an organization has none.
     */
    public function withoutToken(callable $work): void
    {
        $token = $this->tokenStorage->getToken();
        $this->tokenStorage->setToken(null);
        try {
            $work();
        } finally {
            $this->tokenStorage->setToken($token);
        }
    }

    /**
     * @return Organization|null whose mail is being stored
     */
    public function getOrganization(): ?Organization
    {
        return $this->organization;
    }

    /**
     * @return int|null user whose mail is being stored
     */
    public function getOwnerId(): ?int
    {
        return $this->ownerId;
    }

    /**
     * Whether mail is being stored.
     */
    public function isEntered(): bool
    {
        return $this->entered;
    }

    public function leave(): void
    {
        if ($this->entered) {
            $this->tokenStorage->setToken($this->before);
            $this->before = null;
            $this->organization = null;
            $this->ownerId = null;
            $this->entered = false;
        }
    }
}
