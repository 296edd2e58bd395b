<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing\Oro;

use Doctrine\Common\Annotations\AnnotationReader;
use Doctrine\Common\EventManager;
use Doctrine\DBAL\Connection;
use Doctrine\DBAL\DriverManager;
use Doctrine\DBAL\Types\TextType;
use Doctrine\DBAL\Types\Type;
use Doctrine\ORM\Configuration;
use Doctrine\ORM\Events;
use Doctrine\ORM\Mapping\Driver\AnnotationDriver;
use Doctrine\ORM\Mapping\Driver\AttributeDriver;
use Doctrine\ORM\Mapping\Driver\SimplifiedXmlDriver;
use Doctrine\ORM\Mapping\Driver\YamlDriver;
use Doctrine\ORM\Tools\ResolveTargetEntityListener;
use Doctrine\ORM\Tools\SchemaTool;
use Doctrine\Persistence\Mapping\Driver\MappingDriverChain;
use ExchangeMail\Bundle\Migrations\Schema\ExchangeMailBundleInstaller;
use ExchangeMail\Tests\Bundle\Storing\Host\MariaDb;
use ExchangeMail\Tests\Bundle\Storing\Host\Postgres;
use ExchangeMail\Tests\Bundle\Storing\Host\ResettableEntityManager;
use Oro\Bundle\ActivityListBundle\Entity\ActivityList;
use Oro\Bundle\ConfigBundle\Entity\ConfigValue;
use Oro\Bundle\EmailBundle\Entity\EmailAddress;
use Oro\Bundle\EmailBundle\Entity\EmailAddressVisibility;
use Oro\Bundle\EmailBundle\Entity\EmailUser;
use Oro\Bundle\EmailBundle\Entity\Provider\EmailOwnerProviderStorage;
use Oro\Bundle\MigrationBundle\Migration\QueryBag;
use Oro\Bundle\ImapBundle\Entity\UserEmailOrigin;
use Oro\Bundle\NotificationBundle\Entity\NotificationAlert;
use Oro\Bundle\UserBundle\Entity\User;
use Symfony\Component\Cache\Adapter\ArrayAdapter;
use Symfony\Component\Security\Core\User\UserInterface;
use Twig\Environment;
use Twig\Loader\FilesystemLoader;

/**
 * A new database with the tables of Oro's mapping, those of the bundle's installer, and an entity manager on it.
 */
final class Schema
{
    public const PROXY_NAMESPACE = 'OroTestProxies';

    private static ?string $template = null;

    private readonly string $directory;

    public function __construct(private readonly EmailOwnerProviderStorage $ownerStorage)
    {
        $this->directory = sys_get_temp_dir() . '/exchange-mail-oro-' . getmypid();
        if (!is_dir($this->directory)) {
            mkdir($this->directory . '/mapping', 0700, true);
            register_shutdown_function(function (): void {
                array_map('unlink', glob($this->directory . '/*/*') ?: []);
                array_map('unlink', glob($this->directory . '/*.php') ?: []);
                array_map('rmdir', glob($this->directory . '/*', \GLOB_ONLYDIR) ?: []);
                rmdir($this->directory);
            });
        }
        $this->writeAddressEntity();
    }

    public function create(): ResettableEntityManager
    {
        $server = self::isMySql() ? MariaDb::running() : Postgres::running();
        if (null === self::$template) {
            $parameters = $server->createDatabase();
            $oro = $this->open($parameters, false);
            (new SchemaTool($oro))->createSchema($this->metadata($oro));
            $this->install($oro->getConnection());
            $oro->getConnection()->close();
            self::$template = $parameters['dbname'];
        }

        return $this->open($server->createDatabase(self::$template), true);
    }

    /** Oro runs on PostgreSQL and MySQL; DATABASE=mysql in the environment chooses the second. */
    public static function isMySql(): bool
    {
        return 'mysql' === getenv('DATABASE');
    }

    /** Runs the bundle's installer on Oro's tables, as oro:platform:update does. */
    private function install(Connection $connection): void
    {
        // in Oro all ids come of migrations, so every table has a default for them; here the mapping made them
        $manager = $connection->createSchemaManager();
        $before = $manager->introspectSchema();
        $after = clone $before;
        (new ExchangeMailBundleInstaller())->up($after, new QueryBag());
        $difference = $manager->createComparator()->compareSchemas($before, $after);
        foreach ($connection->getDatabasePlatform()->getAlterSchemaSQL($difference) as $sql) {
            $connection->executeStatement($sql);
        }
    }

    /**
     * @param array<string, mixed> $parameters
     */
    public function open(array $parameters, bool $withBundle): ResettableEntityManager
    {
        $source = getenv('ORO_PLATFORM_DIR') . '/src/Oro/Bundle';
        $chain = new MappingDriverChain();
        $entities = [$source . '/EmailBundle/Entity', $source . '/ImapBundle/Entity'];
        // Oro 5.1 has annotations, 6.1 and 7.0 have attributes
        $chain->addDriver(
            [] === (new \ReflectionClass(EmailUser::class))->getAttributes()
                ? new AnnotationDriver(new AnnotationReader(), $entities)
                : new AttributeDriver($entities),
            'Oro\Bundle'
        );
        $chain->addDriver(new AttributeDriver([__DIR__]), __NAMESPACE__);
        $chain->addDriver(new YamlDriver([$this->directory . '/mapping'], '.orm.yml'), self::PROXY_NAMESPACE);
        if ($withBundle) {
            $chain->addDriver(
                new SimplifiedXmlDriver(
                    [\dirname(__DIR__, 4) . '/php/src/Bundle/Resources/config/doctrine' => 'ExchangeMail\Bundle\Entity'],
                    '.orm.xml'
                ),
                'ExchangeMail\Bundle\Entity'
            );
        }
        $configuration = new Configuration();
        $configuration->setMetadataDriverImpl($chain);
        // DQL is parsed once, as with Oro's settings
        $configuration->setQueryCache(new ArrayAdapter());
        $configuration->setProxyDir($this->directory);
        $configuration->setProxyNamespace('OroTestEntityProxies');
        $configuration->setAutoGenerateProxyClasses(\Doctrine\Common\Proxy\AbstractProxyFactory::AUTOGENERATE_EVAL);

        $resolver = new ResolveTargetEntityListener();
        $resolver->addResolveTargetEntity(UserInterface::class, User::class, []);
        $resolver->addResolveTargetEntity(EmailAddress::class, self::PROXY_NAMESPACE . '\EmailAddressProxy', []);
        $events = new EventManager();
        $events->addEventListener(Events::loadClassMetadata, $resolver);

        return ResettableEntityManager::open(
            DriverManager::getConnection($parameters, $configuration, $events),
            $configuration
        );
    }

    /**
     * Every entity that mail and its notices need, and what those are related to.
     *
     * @return list<\Doctrine\ORM\Mapping\ClassMetadata>
     */
    private function metadata(ResettableEntityManager $em): array
    {
        $found = [];
        $classes = [EmailUser::class, EmailAddressVisibility::class, ActivityList::class, Contact::class];
        array_push($classes, NotificationAlert::class, UserEmailOrigin::class, ConfigValue::class);
        $classes[] = self::PROXY_NAMESPACE . '\EmailAddressProxy';
        while (null !== $class = array_pop($classes)) {
            if (isset($found[$class])) {
                continue;
            }
            $metadata = $found[$class] = $em->getClassMetadata($class);
            foreach ($metadata->fieldMappings as $field) {
                // Oro's own column types are text to the database
                Type::hasType($field['type']) || Type::addType($field['type'], TextType::class);
            }
            array_push($classes, ...$metadata->parentClasses, ...$metadata->subClasses);
            foreach ($metadata->getAssociationNames() as $name) {
                $classes[] = $metadata->getAssociationTargetClass($name);
            }
        }

        return array_values($found);
    }

    /** Oro generates the address entity from the registered owner providers; this is its own template. */
    private function writeAddressEntity(): void
    {
        $owners = [];
        foreach ($this->ownerStorage->getProviders() as $provider) {
            $owners[] = [
                'targetEntity' => $provider->getEmailOwnerClass(),
                'columnName' => $this->ownerStorage->getEmailOwnerColumnName($provider),
                'fieldName' => $this->ownerStorage->getEmailOwnerFieldName($provider),
            ];
        }
        $values = ['namespace' => self::PROXY_NAMESPACE, 'className' => 'EmailAddressProxy', 'owners' => $owners];
        $twig = new Environment(new FilesystemLoader(
            getenv('ORO_PLATFORM_DIR') . '/src/Oro/Bundle/EmailBundle/Resources/cache/Entity'
        ));
        file_put_contents(
            $this->directory . '/mapping/' . self::PROXY_NAMESPACE . '.EmailAddressProxy.orm.yml',
            $twig->render('EmailAddress.orm.yml.twig', $values)
        );
        $class = $this->directory . '/EmailAddressProxy.php';
        file_put_contents($class, $twig->render('EmailAddress.php.twig', $values));
        require_once $class;
    }
}
