<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Manager;

use Doctrine\DBAL\Exception\UniqueConstraintViolationException;
use Doctrine\DBAL\Types\Types;
use Doctrine\ORM\EntityManagerInterface;
use Doctrine\ORM\QueryBuilder;
use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Settings\SettingsProvider;
use Psr\Log\LoggerInterface;

/**
 * Lets the origins follow the users and system mailboxes: new, disabled, renamed, out of the domain list. Deletes nothing:
 * an origin that is no longer wanted is switched off and keeps its mail.
 */
final class OriginSynchronizer
{
    private const CHUNK = 500;

    public function __construct(
        private readonly ManagerRegistry $doctrine,
        private readonly MailboxDirectory $directory,
        private readonly SystemMailboxOrigins $systemMailboxes,
        private readonly SettingsProvider $settingsProvider,
        private readonly LoggerInterface $logger
    ) {
    }

    /**
     * Safe to run on many hosts at once. Does nothing while the integration is switched off.
     */
    public function synchronize(): OriginPlan
    {
        $settings = $this->settingsProvider->getSettings();
        if (!$settings->enabled) {
            return OriginPlan::make([], []);
        }

        $plan = OriginPlan::make($this->directory->getWanted($settings->domains), $this->directory->getKnown());
        if (!$plan->isEmpty()) {
            $this->apply($plan);
        }
        $this->systemMailboxes->follow($settings->domains);

        return $plan;
    }

    private function apply(OriginPlan $plan): void
    {
        foreach ($plan->rename as $originId => $mailbox) {
            $this->rename($originId, $mailbox);
        }
        foreach ($plan->move as $originId => $mailbox) {
            $this->createUpdate($originId)
                ->set('o.organization', ':organization')
                ->setParameter('organization', $mailbox->organizationId)
                ->getQuery()
                ->execute();
        }
        $this->setActive($plan->deactivate, false);
        $this->setActive($plan->reactivate, true);
        foreach ($plan->create as $mailbox) {
            $this->create($mailbox);
        }

        $this->logger->info('Exchange mailboxes follow the users.', [
            'created' => \count($plan->create),
            'renamed' => \count($plan->rename),
            'moved' => \count($plan->move),
            'reactivated' => \count($plan->reactivate),
            'deactivated' => \count($plan->deactivate),
        ]);
    }

    /**
     * Not by persist(): another host may be faster, and a violated index would close the entity manager.
     */
    private function create(WantedMailbox $mailbox): void
    {
        $em = $this->em();
        $metadata = $em->getClassMetadata(ExchangeEmailOrigin::class);
        $origin = (new ExchangeEmailOrigin())->setMailboxAddress($mailbox->address);

        $row = [];
        $types = [];
        foreach ($metadata->getFieldNames() as $field) {
            if (!$metadata->isIdentifier($field)) {
                $column = $metadata->getColumnName($field);
                $row[$column] = $metadata->getFieldValue($origin, $field);
                $types[$column] = $metadata->getTypeOfField($field);
            }
        }
        $row[$metadata->getSingleAssociationJoinColumnName('owner')] = $mailbox->userId;
        $row[$metadata->getSingleAssociationJoinColumnName('organization')] = $mailbox->organizationId;
        $row[$metadata->discriminatorColumn['name']] = $metadata->discriminatorValue;
        if (!$metadata->idGenerator->isPostInsertGenerator()) {
            $row[$metadata->getSingleIdentifierColumnName()] = $metadata->idGenerator->generateId($em, $origin);
        }

        try {
            $em->getConnection()->insert($metadata->getTableName(), $row, $types);
        } catch (UniqueConstraintViolationException) {
            $this->logger->debug('Another host has just created this mailbox.', ['mailbox' => $mailbox->address]);
        }
    }

    private function rename(int $originId, WantedMailbox $mailbox): void
    {
        $renamed = (new ExchangeEmailOrigin())->setMailboxAddress($mailbox->address);
        $query = $this->createUpdate($originId)
            ->set('o.mailboxAddress', ':address')
            ->set('o.mailboxName', ':name')
            ->set('o.organization', ':organization')
            ->set('o.rootCheckpoint', 'NULL')
            ->setParameter('address', $renamed->getMailboxAddress())
            ->setParameter('name', $renamed->getMailboxName())
            ->setParameter('organization', $mailbox->organizationId)
            ->getQuery();

        try {
            $query->execute();
        } catch (UniqueConstraintViolationException) {
            // Another host made an origin of the new address meanwhile.
            $this->setActive([$originId], false);
        }
    }

    /**
     * @param list<int> $originIds
     */
    private function setActive(array $originIds, bool $active): void
    {
        foreach (array_chunk($originIds, self::CHUNK) as $chunk) {
            $this->em()->createQueryBuilder()
                ->update(ExchangeEmailOrigin::class, 'o')
                ->set('o.isActive', ':active')
                ->where('o.id IN (:ids)')
                ->setParameter('active', $active, Types::BOOLEAN)
                ->setParameter('ids', $chunk)
                ->getQuery()
                ->execute();
        }
    }

    private function createUpdate(int $originId): QueryBuilder
    {
        return $this->em()->createQueryBuilder()
            ->update(ExchangeEmailOrigin::class, 'o')
            ->where('o.id = :id')
            ->setParameter('id', $originId);
    }

    private function em(): EntityManagerInterface
    {
        return $this->doctrine->getManagerForClass(ExchangeEmailOrigin::class);
    }
}
