<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Datagrid;

use Doctrine\ORM\QueryBuilder;
use ExchangeMail\Bundle\Status\StatusQuery;
use Oro\Bundle\SecurityBundle\Authentication\TokenAccessorInterface;
use Oro\Bundle\UserBundle\Entity\User;

/**
 * The mailboxes that the signed-in user may see: those of his organization, of users that he may view, and system mailboxes.
 */
class MailboxGridQuery
{
    public function __construct(
        private readonly StatusQuery $query,
        private readonly TokenAccessorInterface $tokenAccessor
    ) {
    }

    /**
     * @return QueryBuilder Oro's ACL is still to be applied: it narrows the users in the subquery
     */
    public function create(): QueryBuilder
    {
        $query = $this->query->create();
        $viewed = $query->getEntityManager()->createQueryBuilder()
            ->select('viewed.id')
            ->from(User::class, 'viewed')
            ->where('viewed = o.owner');

        return $query
            ->where('o.organization = :organization')
            ->andWhere(\sprintf('o.owner IS NULL OR EXISTS(%s)', $viewed->getDQL()))
            ->setParameter('organization', (int)$this->tokenAccessor->getOrganizationId());
    }
}
