<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Manager;

use Doctrine\DBAL\Exception\UniqueConstraintViolationException;
use Doctrine\DBAL\Types\Types;
use Doctrine\ORM\EntityManagerInterface;
use Doctrine\ORM\QueryBuilder;
use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Lease\OriginLeases;
use ExchangeMail\Bundle\Settings\SettingsProvider;
use Psr\Log\LoggerInterface;

/**
 * Lets the origins follow the users and system mailboxes: new, disabled, renamed, out of the domain list. Deletes nothing:
 * an origin that is no longer wanted is not read any more, and its mail stays where it is seen.
 */
final class OriginSynchronizer
{
    private const CHUNK = 500;

    public function __construct(
        private readonly ManagerRegistry $doctrine,
        private readonly MailboxDirectory $directory,
        private readonly SystemMailboxOrigins $systemMailboxes,
        private readonly ServerChange $serverChange,
        private readonly OriginLeases $leases,
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

        $this->showHidden();
        $plan = OriginPlan::make(
            $this->directory->getWanted(
                $settings->domains,
                $settings->collection->allowOptOut ? OptedOutUsers::Excluded : OptedOutUsers::Included
            ),
            $this->directory->getKnown()
        );
        if (!$plan->isEmpty()) {
            $this->apply($plan);
        }
        $this->systemMailboxes->follow($settings->domains);
        $this->serverChange->follow($settings->server);

        return $plan;
    }

    /**
     * The integration was switched on: what came while it was off is collected, but is no reason to act any more.
     */
    public function restart(): void
    {
        $this->createUpdate()
            ->set('o.switchedOnAt', ':now')
            ->where('o.switchedOnAt IS NOT NULL')
            ->setParameter('now', self::now(), Types::DATETIME_MUTABLE)
            ->getQuery()
            ->execute();
    }

    private function apply(OriginPlan $plan): void
    {
        foreach ($plan->rename as $originId => $mailbox) {
            $this->rename($originId, $mailbox);
        }
        $this->switchOff($plan->switchOff);
        $this->switchOn($plan->switchOn);
        foreach ($plan->create as $mailbox) {
            $this->create($mailbox);
        }

        $this->logger->info('Exchange mailboxes follow the users.', [
            'created' => \count($plan->create),
            'renamed' => \count($plan->rename),
            'switched on' => \count($plan->switchOn),
            'switched off' => \count($plan->switchOff),
        ]);
    }

    /**
     * Oro hides the mail of an origin that is not active. It sets that itself, as when a mailbox is deleted; for us it is off.
     */
    private function showHidden(): void
    {
        $this->createUpdate()
            ->set('o.isActive', ':yes')
            ->set('o.isSyncEnabled', ':no')
            ->where('o.isActive = :no')
            ->setParameter('yes', true, Types::BOOLEAN)
            ->setParameter('no', false, Types::BOOLEAN)
            ->getQuery()
            ->execute();
    }

    /**
     * Not by persist(): another host may be faster, and a violated index would close the entity manager.
     */
    private function create(WantedMailbox $mailbox): void
    {
        $em = $this->em();
        $metadata = $em->getClassMetadata(ExchangeEmailOrigin::class);
        $origin = (new ExchangeEmailOrigin())
            ->setMailboxAddress($mailbox->address)
            ->switchOn(self::now());

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
        $query = $this->createUpdate()
            ->set('o.mailboxAddress', ':address')
            ->set('o.mailboxName', ':name')
            ->set('o.rootCheckpoint', 'NULL')
            // what was wrong with the old address says nothing of the new one, which is due at once
            ->set('o.nextRunAt', 'NULL')
            ->set('o.lastError', 'NULL')
            ->set('o.lastErrorRemedy', 'NULL')
            ->set('o.lastErrorCode', 'NULL')
            ->set('o.lastErrorException', 'NULL')
            ->where('o.id = :id')
            ->setParameter('id', $originId)
            ->setParameter('address', $renamed->getMailboxAddress())
            ->setParameter('name', $renamed->getMailboxName())
            ->getQuery();

        try {
            $query->execute();
            $this->leases->revoke([$originId]);
        } catch (UniqueConstraintViolationException) {
            // Another host made an origin of the new address meanwhile.
            $this->switchOff([$originId]);
        }
    }

    /**
     * @param list<int> $originIds
     */
    private function switchOff(array $originIds): void
    {
        foreach (array_chunk($originIds, self::CHUNK) as $chunk) {
            $this->createUpdate()
                ->set('o.isSyncEnabled', ':no')
                ->where('o.id IN (:ids)')
                ->setParameter('no', false, Types::BOOLEAN)
                ->setParameter('ids', $chunk)
                ->getQuery()
                ->execute();
        }
    }

    /**
     * @param list<int> $originIds
     */
    private function switchOn(array $originIds): void
    {
        foreach (array_chunk($originIds, self::CHUNK) as $chunk) {
            $this->createUpdate()
                ->set('o.isSyncEnabled', ':yes')
                ->set('o.switchedOnAt', ':now')
                ->set('o.nextRunAt', 'NULL')
                ->where('o.id IN (:ids)')
                ->setParameter('yes', true, Types::BOOLEAN)
                ->setParameter('now', self::now(), Types::DATETIME_MUTABLE)
                ->setParameter('ids', $chunk)
                ->getQuery()
                ->execute();
        }
    }

    private function createUpdate(): QueryBuilder
    {
        return $this->em()->createQueryBuilder()->update(ExchangeEmailOrigin::class, 'o');
    }

    private function em(): EntityManagerInterface
    {
        return $this->doctrine->getManagerForClass(ExchangeEmailOrigin::class);
    }

    private static function now(): \DateTime
    {
        return new \DateTime('now', new \DateTimeZone('UTC'));
    }
}
