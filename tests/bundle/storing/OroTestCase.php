<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing;

use ExchangeMail\Bundle\Engine\EngineProviderInterface;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Lease\OriginLeases;
use ExchangeMail\Bundle\Storage\StoreResult;
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
            self::assertSame([$id], $this->services->leases->claim([$id], $this->tokens[$id]));
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

    protected function rowCount(string $table): int
    {
        return (int)$this->oro->em->getConnection()->fetchOne('SELECT COUNT(*) FROM ' . $table);
    }

    /**
     * @return list<array<string, mixed>>
     */
    protected function rows(string $sql): array
    {
        return $this->oro->em->getConnection()->fetchAllAssociative($sql);
    }
}
