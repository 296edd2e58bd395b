<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Datagrid;

use Doctrine\ORM\EntityManagerInterface;
use Doctrine\ORM\QueryBuilder;
use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Entity\FailedItem;
use Oro\Bundle\SecurityBundle\Authentication\TokenAccessorInterface;
use Oro\Bundle\UserBundle\Entity\User;

/**
 * The messages that could not be stored, of the mailboxes that the signed-in user may see.
 */
class FailedItemGridQuery
{
    public function __construct(
        private readonly ManagerRegistry $doctrine,
        private readonly TokenAccessorInterface $tokenAccessor
    ) {
    }

    /**
     * @return QueryBuilder Oro's ACL is still to be applied: it narrows the users in the subquery
     */
    public function create(): QueryBuilder
    {
        /** @var EntityManagerInterface $em */
        $em = $this->doctrine->getManagerForClass(FailedItem::class);
        $viewed = $em->createQueryBuilder()
            ->select('viewed.id')
            ->from(User::class, 'viewed')
            ->where('viewed = o.owner');

        return $em->createQueryBuilder()
            ->select('i.id', 'o.mailboxAddress', 'f.fullName AS folder', 'i.reason', 'i.attempts')
            ->addSelect('i.firstTryAt', 'i.lastTryAt', 'i.nextTryAt')
            ->from(FailedItem::class, 'i')
            ->innerJoin('i.origin', 'o')
            ->leftJoin('i.exchangeFolder', 'e')
            ->leftJoin('e.folder', 'f')
            ->where('o.organization = :organization')
            ->andWhere(\sprintf('o.owner IS NULL OR EXISTS(%s)', $viewed->getDQL()))
            ->setParameter('organization', (int)$this->tokenAccessor->getOrganizationId());
    }
}
