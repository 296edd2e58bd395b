<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\EventListener;

use Doctrine\ORM\EntityManagerInterface;
use Doctrine\Persistence\Event\LifecycleEventArgs;
use ExchangeMail\Bundle\Storage\OrganizationContext;
use Oro\Bundle\AttachmentBundle\Entity\Attachment;
use Oro\Bundle\OrganizationBundle\Entity\Organization;
use Oro\Bundle\UserBundle\Entity\User;

/**
 * Gives attachments that Oro links to a record while mail is stored the organization and owner of that mail. Oro takes them from
 * the token, without which it links; and what has no organization no user may see.
 */
final class AttachmentOwnerListener
{
    public function __construct(private readonly OrganizationContext $context)
    {
    }

    public function prePersist(LifecycleEventArgs $args): void
    {
        $attachment = $args->getObject();
        $organization = $this->context->getOrganization();
        if (!$attachment instanceof Attachment || null === $organization || null !== $attachment->getOrganization()) {
            return;
        }
        $em = $args->getObjectManager();
        \assert($em instanceof EntityManagerInterface);
        $attachment->setOrganization($em->getReference(Organization::class, $organization->getId()));
        if (null === $attachment->getOwner() && null !== $this->context->getOwnerId()) {
            $attachment->setOwner($em->getReference(User::class, $this->context->getOwnerId()));
        }
    }
}
