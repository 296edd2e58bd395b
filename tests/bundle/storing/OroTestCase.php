<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing;

use ExchangeMail\Bundle\Engine\EngineProviderInterface;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Lease\OriginLeases;
use ExchangeMail\Bundle\Storage\StoreResult;
use ExchangeMail\Bundle\Sync\RunLimits;
use ExchangeMail\Bundle\Sync\RunReport;
use ExchangeMail\Tests\Bundle\Storing\Host\PlayedEngine;
use ExchangeMail\Tests\Bundle\Storing\Host\Services;
use ExchangeMail\Tests\Bundle\Storing\Oro\Contact;
use ExchangeMail\Tests\Bundle\Storing\Oro\OroHost;
use ExchangeSync\Batch;
use Oro\Bundle\OrganizationBundle\Entity\Organization;
use Oro\Bundle\UserBundle\Entity\User;
use PHPUnit\Framework\TestCase;

/**
 * A test on Oro's real e-mail bundle and a real PostgreSQL: one organization with two users and a contact.
 */
abstract class OroTestCase extends TestCase
{
    protected OroHost $oro;
    protected Services $services;
    protected PlayedEngine $engine;
    protected int $organizationId;
    protected int $janeId;
    protected int $johnId;

    /** @var array<int, string> lease token by origin id */
    private array $tokens = [];

    protected function setUp(): void
    {
        if (!interface_exists(\Oro\Bundle\EmailBundle\Entity\EmailOwnerInterface::class)) {
            self::markTestSkipped('ORO_PLATFORM_DIR does not name a source tree of oro/platform.');
        }
        $this->oro = new OroHost();
        $this->services = new Services($this->oro, $this->engine());

        $organization = (new Organization())->setName('Acme')->setEnabled(true);
        $this->oro->em->persist($organization);
        $this->oro->em->persist(new Contact('carol@customer.test', $organization));
        $jane = $this->newUser('jane', $organization);
        $john = $this->newUser('john', $organization);
        $this->oro->em->flush();
        [$this->organizationId, $this->janeId, $this->johnId] = [$organization->getId(), $jane->getId(), $john->getId()];
        $this->oro->em->clear();
        $this->oro->producer->messages = [];
    }

    protected function engine(): EngineProviderInterface
    {
        return $this->engine = new PlayedEngine();
    }

    protected function tearDown(): void
    {
        if (isset($this->oro)) {
            $this->oro->em->getConnection()->close();
        }
    }

    protected function newUser(string $name, Organization $organization): User
    {
        $user = (new User())
            ->setUsername($name)
            ->setEmail($name . '@example.com')
            ->setPassword('-')
            ->setFirstName(ucfirst($name))
            ->setLastName('Doe')
            ->setEnabled(true);
        $user->setOrganization($organization);
        $user->addOrganization($organization);
        $this->oro->em->persist($user);

        return $user;
    }

    /** A mailbox that is leased to this test. */
    protected function mailbox(int $userId, bool $leased = true): int
    {
        $em = $this->oro->em;
        $user = $em->find(User::class, $userId);
        $origin = new ExchangeEmailOrigin();
        $origin->setMailboxAddress($user->getEmail());
        $origin->setOwner($user);
        $origin->setOrganization($user->getOrganization());
        $origin->setActive(true);
        $em->persist($origin);
        $em->flush();
        $id = $origin->getId();
        $em->clear();
        if ($leased) {
            $this->tokens[$id] = OriginLeases::newToken();
            self::assertSame([$id], $this->services->leases->take([$id], $this->tokens[$id]));
        }

        return $id;
    }

    protected function token(int $originId): string
    {
        return $this->tokens[$originId];
    }

    protected function store(int $originId, Batch $batch): StoreResult
    {
        try {
            return $this->services->store->store($originId, $this->tokens[$originId], $batch);
        } finally {
            $this->services->organization->leave();
        }
    }

    /** As far as late addresses are concerned. */
    protected function later(string $interval): void
    {
        $this->oro->em->getConnection()->executeStatement(\sprintf(
            "UPDATE exchange_mail_late_address SET seen_at = seen_at - INTERVAL '%s', queued_until = queued_until - INTERVAL '%s'",
            $interval,
            $interval
        ));
    }

    /**
     * What cron does.
     *
     * @return list<array<string, mixed>> bodies of the messages
     */
    protected function sendSearches(): array
    {
        $before = \count($this->oro->producer->messages);
        $this->services->lateSchedule->send();

        return array_column(\array_slice($this->oro->producer->messages, $before), 1);
    }

    /**
     * @param array<string, mixed> $body
     */
    protected function search(array $body, RunLimits $limits = new RunLimits()): RunReport
    {
        return $this->services->search->search(
            $body['organizationId'],
            $body['ticket'],
            $body['originIds'],
            $limits
        );
    }

    protected function searchNow(): RunReport
    {
        $this->sendSearches();
        $this->later('6 minutes');

        return $this->search($this->sendSearches()[0]);
    }

    protected function rowCount(string $table): int
    {
        return (int)$this->oro->em->getConnection()->fetchOne('SELECT COUNT(*) FROM ' . $table);
    }

    /**
     * @return list<array<string, mixed>> MySQL has numbers for true and false: columns that are named so are booleans here too
     */
    protected function rows(string $sql): array
    {
        $rows = $this->oro->em->getConnection()->fetchAllAssociative($sql);
        foreach ($rows as $index => $row) {
            foreach ($row as $column => $value) {
                if (\is_int($value) && preg_match('/^(is_|has_|body_is_|body_synced|confirmed)/', $column)) {
                    $rows[$index][$column] = (bool)$value;
                }
            }
        }

        return $rows;
    }
}
