<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing\Host;

use Doctrine\DBAL\Connection;
use Doctrine\ORM\Configuration;
use Doctrine\ORM\EntityManager;

/**
 * An entity manager that can be opened again, and that knows Oro 5.1's short entity names, which doctrine/persistence 3 dropped.
 */
final class ResettableEntityManager extends EntityManager
{
    public static function open(Connection $connection, Configuration $configuration): self
    {
        return new self($connection, $configuration, $connection->getEventManager());
    }

    public function renew(): void
    {
        $factory = $this->getMetadataFactory();
        self::__construct($this->getConnection(), $this->getConfiguration(), $this->getEventManager());
        (new \ReflectionProperty(EntityManager::class, 'closed'))->setValue($this, false);
        (new \ReflectionProperty(EntityManager::class, 'metadataFactory'))->setValue($this, $factory);
    }

    public function getRepository($entityName)
    {
        return parent::getRepository(self::fullName($entityName));
    }

    public function getClassMetadata($className)
    {
        return parent::getClassMetadata(self::fullName($className));
    }

    private static function fullName(string $name): string
    {
        return 1 === preg_match('/^Oro(\w+):(\w+)$/', $name, $parts)
            ? \sprintf('Oro\Bundle\%s\Entity\%s', $parts[1], $parts[2])
            : $name;
    }
}
