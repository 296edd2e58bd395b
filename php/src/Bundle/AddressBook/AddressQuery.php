<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\AddressBook;

use Doctrine\ORM\Mapping\ClassMetadata;
use Oro\Bundle\EmailBundle\Entity\Mailbox;
use Oro\Bundle\EmailBundle\Entity\Manager\EmailAddressManager;
use Oro\Bundle\SecurityBundle\Owner\Metadata\OwnershipMetadataProviderInterface;
use Oro\Bundle\UserBundle\Entity\User;

/**
 * Writes the one query that gives every known address of an organization with its owner. Whatever owner providers Oro and its
 * bundles register are relations of Oro's generated address entity, so they are read from its mapping.
 *
 * Users, and the system mailboxes that users share, are the company's side; everybody else is a contact.
 */
class AddressQuery
{
    public function __construct(
        private readonly EmailAddressManager $addressManager,
        private readonly OwnershipMetadataProviderInterface $ownership
    ) {
    }

    /**
     * @return string SQL for rows of address, id of a user or null, id of a contact or null
     */
    public function sql(int $organizationId): string
    {
        $em = $this->addressManager->getEntityManager();
        $address = $em->getClassMetadata($this->addressManager->getEmailAddressProxyClass());

        $joins = [];
        $ids = ['user' => [], 'contact' => []];
        foreach ($address->getAssociationNames() as $i => $name) {
            $owner = $em->getClassMetadata($address->getAssociationTargetClass($name));
            $alias = 'o' . $i;
            $ids[self::isCompany($owner) ? 'user' : 'contact'][] = $alias . '.id';
            $joins[] = \sprintf(
                'LEFT JOIN %s %s ON %2$s.id = a.%s%s',
                $owner->getTableName(),
                $alias,
                $address->getSingleAssociationJoinColumnName($name),
                $this->inOrganization($owner, $alias, $organizationId)
            );
        }

        return \sprintf(
            'SELECT a.email, %s, %s FROM %s a %s WHERE a.has_owner = true AND COALESCE(%s) IS NOT NULL',
            self::firstOf($ids['user']),
            self::firstOf($ids['contact']),
            $address->getTableName(),
            implode(' ', $joins),
            implode(', ', [...$ids['user'], ...$ids['contact'], 'NULL'])
        );
    }

    private static function isCompany(ClassMetadata $owner): bool
    {
        return is_a($owner->getName(), User::class, true) || is_a($owner->getName(), Mailbox::class, true);
    }

    /** A user may work in several organizations; whatever belongs to no organization is everybody's. */
    private function inOrganization(ClassMetadata $owner, string $alias, int $organizationId): string
    {
        if ($owner->hasAssociation('organizations')) {
            $table = $owner->getAssociationMapping('organizations')['joinTable'];

            return \sprintf(
                ' AND EXISTS (SELECT 1 FROM %s m WHERE m.%s = %s.id AND m.%s = %d)',
                $table['name'],
                $table['joinColumns'][0]['name'],
                $alias,
                $table['inverseJoinColumns'][0]['name'],
                $organizationId
            );
        }

        $field = $this->ownership->getMetadata($owner->getName())->getOrganizationFieldName() ?: 'organization';
        if (!$owner->hasAssociation($field)) {
            return '';
        }

        return \sprintf(' AND %s.%s = %d', $alias, $owner->getSingleAssociationJoinColumnName($field), $organizationId);
    }

    /**
     * @param list<string> $columns
     */
    private static function firstOf(array $columns): string
    {
        return [] === $columns ? 'NULL' : \sprintf('COALESCE(%s, NULL)', implode(', ', $columns));
    }
}
