<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing\Oro;

use Doctrine\ORM\EntityManagerInterface;
use Oro\Bundle\EmailBundle\Entity\EmailOwnerInterface;
use Oro\Bundle\EmailBundle\Entity\Provider\EmailOwnerProviderInterface;

/**
 * Registers test contacts with Oro's e-mail bundle, as the bundles of OroCRM do with theirs.
 */
final class ContactOwnerProvider implements EmailOwnerProviderInterface
{
    public function getEmailOwnerClass(): string
    {
        return Contact::class;
    }

    public function findEmailOwner(EntityManagerInterface $em, string $email): ?EmailOwnerInterface
    {
        return $em->createQueryBuilder()->select('c')->from(Contact::class, 'c')
            ->where('LOWER(c.email) = LOWER(:email)')->setParameter('email', $email)
            ->setMaxResults(1)->getQuery()->getOneOrNullResult();
    }

    public function getOrganizations(EntityManagerInterface $em, string $email): array
    {
        return array_map('intval', $em->createQueryBuilder()->select('IDENTITY(c.organization)')->from(Contact::class, 'c')
            ->where('LOWER(c.email) = LOWER(:email)')->setParameter('email', $email)
            ->getQuery()->getSingleColumnResult());
    }

    public function getEmails(EntityManagerInterface $em, int $organizationId): iterable
    {
        return [];
    }
}
