<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Manager;

use Doctrine\ORM\EntityManagerInterface;
use Doctrine\ORM\QueryBuilder;
use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\DependencyInjection\Configuration;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Settings\DomainList;
use Oro\Bundle\ConfigBundle\Entity\ConfigValue;
use Oro\Bundle\UserBundle\Entity\Email as UserEmail;
use Oro\Bundle\UserBundle\Entity\User;

/**
 * Lists the mailboxes of enabled users, one for each of their organizations, and the origins there are for them. Reads only.
 */
final class MailboxDirectory
{
    public function __construct(private readonly ManagerRegistry $doctrine)
    {
    }

    /**
     * Main addresses come before additional ones, so that an address in both belongs to the user who signs in with it.
     *
     * @return iterable<WantedMailbox>
     */
    public function getWanted(DomainList $domains, OptedOutUsers $optedOut = OptedOutUsers::Included): iterable
    {
        if ($domains->isEmpty()) {
            return;
        }

        $main = $this->em()->createQueryBuilder()
            ->select('u.email AS address')
            ->from(User::class, 'u');
        $additional = $this->em()->createQueryBuilder()
            ->select('e.email AS address')
            ->from(UserEmail::class, 'e')
            ->innerJoin('e.user', 'u');
        foreach ([[$main, 'u.email', 'u.id'], [$additional, 'e.email', 'e.id']] as [$query, $column, $order]) {
            $query
                ->addSelect('u.id AS userId', 'organization.id AS organizationId')
                ->innerJoin('u.organizations', 'organization')
                ->where('u.enabled = :yes AND organization.enabled = :yes')
                ->setParameter('yes', true)
                ->orderBy('u.id')
                ->addOrderBy($order)
                ->addOrderBy('organization.id');
            $this->restrict($query, $column, $domains);
            if (OptedOutUsers::Excluded === $optedOut) {
                $this->leaveOutOptedOut($query);
            }
            // Doctrine iterates no query with a collection
            foreach ($query->getQuery()->getArrayResult() as $row) {
                // LIKE compares as the database collates; the list has the last word.
                if ($domains->covers($row['address'])) {
                    yield new WantedMailbox(mb_strtolower(trim($row['address'])), (int)$row['userId'], (int)$row['organizationId']);
                }
            }
        }
    }

    /**
     * @return iterable<KnownOrigin>
     */
    public function getKnown(): iterable
    {
        $query = $this->em()->createQueryBuilder()
            ->select('o.id', 'o.mailboxAddress AS address', 'IDENTITY(o.owner) AS userId')
            ->addSelect('IDENTITY(o.organization) AS organizationId', 'o.isSyncEnabled AS isSyncEnabled')
            ->from(ExchangeEmailOrigin::class, 'o')
            ->where('o.owner IS NOT NULL')
            ->orderBy('o.id')
            ->getQuery();

        foreach ($query->toIterable() as $row) {
            yield new KnownOrigin(
                (int)$row['id'],
                (string)$row['address'],
                (int)$row['userId'],
                null === $row['organizationId'] ? null : (int)$row['organizationId'],
                (bool)($row['isSyncEnabled'] ?? true)
            );
        }
    }

    private function restrict(QueryBuilder $query, string $column, DomainList $domains): void
    {
        $alternatives = $query->expr()->orX();
        foreach ($domains->domains as $index => $domain) {
            $alternatives->add(\sprintf('LOWER(%s) LIKE :domain%d', $column, $index));
            $query->setParameter('domain' . $index, '%@' . addcslashes($domain, '%_\\'));
        }
        $query->andWhere($alternatives);
    }

    private function leaveOutOptedOut(QueryBuilder $query): void
    {
        $optedOut = $this->findOptedOut();
        if ([] !== $optedOut) {
            $query->andWhere('u.id NOT IN (:optedOut)')->setParameter('optedOut', $optedOut);
        }
    }

    /**
     * Asked apart: Oro keeps settings in an entity manager of their own.
     *
     * @return list<int> ids of users
     */
    private function findOptedOut(): array
    {
        $rows = $this->doctrine->getManagerForClass(ConfigValue::class)->createQueryBuilder()
            ->select('c.recordId')
            ->from(ConfigValue::class, 'v')
            ->innerJoin('v.config', 'c')
            ->where('c.scopedEntity = :user AND v.section = :section AND v.name = :setting AND v.textValue = :out')
            ->setParameter('user', 'user')
            ->setParameter('section', Configuration::ROOT_NODE)
            ->setParameter('setting', Configuration::OPTED_OUT)
            ->setParameter('out', '1')
            ->getQuery()
            ->getArrayResult();

        return array_map('intval', array_column($rows, 'recordId'));
    }

    private function em(): EntityManagerInterface
    {
        return $this->doctrine->getManagerForClass(ExchangeEmailOrigin::class);
    }
}
