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

    public function __construct(private readonly TokenStorageInterface $tokenStorage)
    {
    }

    /**
     * To be called again after the entity manager was cleared: listeners relate new records to the token's organization.
     */
    public function enter(EntityManagerInterface $em, int $organizationId): void
    {
        if (!$this->entered) {
            $this->before = $this->tokenStorage->getToken();
            $this->entered = true;
        }
        $organization = $em->find(Organization::class, $organizationId);
        if (null === $organization) {
            throw new \RuntimeException(\sprintf('Organization %d was removed while its mail was read.', $organizationId));
        }
        $this->tokenStorage->setToken(new OrganizationToken($organization));
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
            $this->entered = false;
        }
    }
}
