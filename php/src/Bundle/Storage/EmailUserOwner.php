<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Storage;

use Doctrine\ORM\QueryBuilder;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;

/**
 * Whose copy of an e-mail a mailbox's is: the user's in his organization, or the system mailbox's.
 */
final class EmailUserOwner
{
    private function __construct(private readonly ExchangeEmailOrigin $origin)
    {
    }

    public static function of(ExchangeEmailOrigin $origin): self
    {
        return new self($origin);
    }

    /**
     * @param QueryBuilder $query on EmailUser with alias eu
     */
    public function restrict(QueryBuilder $query): QueryBuilder
    {
        $query->setParameter('origin', $this->origin);
        if (null !== $this->origin->getMailbox()) {
            return $query->where('(eu.origin = :origin OR eu.mailboxOwner = :mailbox)')
                ->setParameter('mailbox', $this->origin->getMailbox());
        }
        if (null !== $this->origin->getOwner()) {
            return $query->where(
                '(eu.origin = :origin OR (eu.owner = :owner AND eu.organization = :organization AND eu.mailboxOwner IS NULL))'
            )
                ->setParameter('owner', $this->origin->getOwner())
                ->setParameter('organization', $this->origin->getOrganization());
        }

        return $query->where('eu.origin = :origin');
    }
}
