<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\EventListener;

use Doctrine\ORM\EntityManagerInterface;
use Doctrine\ORM\Event\PostFlushEventArgs;
use Doctrine\Persistence\Event\LifecycleEventArgs;
use ExchangeMail\Bundle\Engine\EngineProviderInterface;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Entity\LateAddress;
use ExchangeMail\Bundle\Storage\OrganizationContext;
use Oro\Bundle\EmailBundle\Entity\EmailAddress;
use Oro\Bundle\EmailBundle\Entity\EmailOwnerInterface;
use Oro\Bundle\EmailBundle\Entity\Provider\EmailOwnerProvider;

/**
 * Notes addresses that get an owner, so that their earlier mail is searched for. Oro keeps an address entity for every owner
 * provider, so contacts, leads and whatever else has an address are noticed here.
 */
class LateAddressListener
{
    /** @var array<string, true> */
    private array $addresses = [];

    public function __construct(
        private readonly EmailOwnerProvider $ownerProvider,
        private readonly EngineProviderInterface $engines,
        private readonly OrganizationContext $organization
    ) {
    }

    public function postPersist(LifecycleEventArgs $args): void
    {
        $entity = $args->getObject();
        if ($entity instanceof EmailAddress && null !== $entity->getOwner()) {
            $this->addresses[$entity->getEmail()] = true;
        }
    }

    public function postUpdate(LifecycleEventArgs $args): void
    {
        $entity = $args->getObject();
        if (!$entity instanceof EmailAddress || null === $entity->getOwner()) {
            return;
        }
        /** @var EntityManagerInterface $em */
        $em = $args->getObjectManager();
        foreach ($em->getUnitOfWork()->getEntityChangeSet($entity) as [, $new]) {
            if ($new instanceof EmailOwnerInterface) {
                $this->addresses[$entity->getEmail()] = true;
            }
        }
    }

    public function postFlush(PostFlushEventArgs $args): void
    {
        if ([] === $this->addresses) {
            return;
        }
        $addresses = array_map('strval', array_keys($this->addresses));
        $this->addresses = [];
        $em = $args->getObjectManager();
        if ($this->organization->isEntered() || !$this->isMailRead($em)) {
            // what a run stores it knew before, in another spelling; and a mailbox that was never read needs no search
            return;
        }
        $repository = $em->getRepository(LateAddress::class);
        foreach ($addresses as $address) {
            foreach ($this->organizations($em, $address) as $organizationId) {
                $repository->remember($organizationId, $address);
            }
        }
    }

    /**
     * Also while the integration is switched off: switched on again it reads on, with the addresses that came meanwhile.
     */
    private function isMailRead(EntityManagerInterface $em): bool
    {
        return $this->engines->isEnabled() || $em->getRepository(ExchangeEmailOrigin::class)->isAnyRead();
    }

    /**
     * @return list<int>
     */
    private function organizations(EntityManagerInterface $em, string $address): array
    {
        $ids = array_merge([], ...array_values($this->ownerProvider->getOrganizations($em, $address)));

        return array_values(array_unique(array_map('intval', $ids)));
    }
}
