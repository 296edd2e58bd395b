<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing\Postgres;

use Doctrine\DBAL\Connection;
use Doctrine\DBAL\DriverManager;
use Doctrine\ORM\Configuration;
use Doctrine\ORM\Mapping\Driver\AttributeDriver;
use ExchangeMail\Tests\Bundle\Storing\Host\Postgres;
use ExchangeMail\Tests\Bundle\Storing\Host\ResettableEntityManager;
use PHPUnit\Framework\TestCase;

/**
 * A test on Doctrine and a real PostgreSQL that needs no source tree of Oro.
 */
abstract class PostgresTestCase extends TestCase
{
    protected Connection $connection;
    protected ResettableEntityManager $em;

    protected function setUp(): void
    {
        $this->em = $this->open(Postgres::running()->createDatabase());
        $this->connection = $this->em->getConnection();
    }

    protected function tearDown(): void
    {
        $this->connection->close();
    }

    protected function secondConnection(): Connection
    {
        return DriverManager::getConnection($this->connection->getParams());
    }

    /**
     * @return list<array<string, mixed>>
     */
    protected function rows(string $sql): array
    {
        return $this->connection->fetchAllAssociative($sql);
    }

    /**
     * @param array<string, mixed> $parameters
     */
    private function open(array $parameters): ResettableEntityManager
    {
        $configuration = new Configuration();
        $configuration->setMetadataDriverImpl(new AttributeDriver([__DIR__]));
        $configuration->setProxyDir(sys_get_temp_dir());
        $configuration->setProxyNamespace('PostgresTestProxies');
        $configuration->setAutoGenerateProxyClasses(\Doctrine\Common\Proxy\AbstractProxyFactory::AUTOGENERATE_EVAL);

        return ResettableEntityManager::open(DriverManager::getConnection($parameters, $configuration), $configuration);
    }
}
