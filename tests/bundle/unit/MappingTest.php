<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Unit;

use Doctrine\Common\Annotations\AnnotationReader;
use Doctrine\ORM\Configuration;
use Doctrine\ORM\EntityManager;
use Doctrine\ORM\Mapping\Driver\AnnotationDriver;
use Doctrine\ORM\Mapping\Driver\AttributeDriver;
use Doctrine\ORM\Mapping\Driver\SimplifiedXmlDriver;
use Doctrine\Persistence\Mapping\ClassMetadata;
use Doctrine\Persistence\Mapping\Driver\MappingDriver;
use Doctrine\Persistence\Mapping\Driver\MappingDriverChain;
use ExchangeMail\Bundle\Entity\ExchangeEmail;
use ExchangeMail\Bundle\Entity\ExchangeEmailFolder;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Tests\Contract\OroTree;
use Oro\Bundle\EmailBundle\Entity\Email;
use Oro\Bundle\EmailBundle\Entity\EmailFolder;
use Oro\Bundle\EmailBundle\Entity\EmailOrigin;
use Oro\Bundle\EmailBundle\Entity\InternalEmailOrigin;
use PHPUnit\Framework\TestCase;

/**
 * Whether our XML mapping joins Oro's: annotations in 5.1, attributes in 6.1 and 7.0.
 */
final class MappingTest extends TestCase
{
    public function testOurOriginIsOneOfOrosInTheSameTable(): void
    {
        $em = $this->em();
        $origin = $em->getClassMetadata(ExchangeEmailOrigin::class);

        self::assertSame('oro_email_origin', $origin->getTableName());
        self::assertSame('exchangeemailorigin', $origin->discriminatorValue);
        self::assertLessThanOrEqual($origin->discriminatorColumn['length'], \strlen($origin->discriminatorValue));
        self::assertContains(ExchangeEmailOrigin::class, $em->getClassMetadata(EmailOrigin::class)->discriminatorMap);
        self::assertSame(64, $origin->getFieldMapping('mailboxName')['length']);
        self::assertTrue($origin->hasAssociation('owner'));
        self::assertTrue($origin->hasField('rootCheckpoint'));
    }

    public function testOurFoldersAndItemsBelongToOros(): void
    {
        $em = $this->em();

        self::assertSame(EmailFolder::class, $em->getClassMetadata(ExchangeEmailFolder::class)->getAssociationTargetClass('folder'));
        self::assertSame(Email::class, $em->getClassMetadata(ExchangeEmail::class)->getAssociationTargetClass('email'));
    }

    private function em(): EntityManager
    {
        $directory = explode(':', (string)getenv('ORO_PLATFORM_DIR'))[0];
        if ('' === $directory) {
            fwrite(\STDERR, "SKIPPED: our mapping beside Oro's (set ORO_PLATFORM_DIR to a source tree)\n");
            self::markTestSkipped('ORO_PLATFORM_DIR is not set.');
        }

        $paths = [$directory . '/src/Oro/Bundle/EmailBundle/Entity'];
        $chain = new MappingDriverChain();
        $chain->addDriver(
            self::some(
                '5.1' === (new OroTree($directory))->getVersion()
                    ? new AnnotationDriver(new AnnotationReader(), $paths)
                    : new AttributeDriver($paths)
            ),
            'Oro'
        );
        $chain->addDriver(
            new SimplifiedXmlDriver([
                \dirname(__DIR__, 3) . '/php/src/Bundle/Resources/config/doctrine' => 'ExchangeMail\Bundle\Entity',
            ]),
            'ExchangeMail\Bundle\Entity'
        );
        $configuration = new Configuration();
        $configuration->setMetadataDriverImpl($chain);
        $configuration->setProxyDir(sys_get_temp_dir());
        $configuration->setProxyNamespace('Proxies');

        return EntityManager::create(['driver' => 'pdo_pgsql', 'serverVersion' => '15'], $configuration);
    }

    /**
     * Only the origins, because the other entities of Oro need more of Oro to be loaded.
     */
    private static function some(MappingDriver $driver): MappingDriver
    {
        return new class ($driver) implements MappingDriver {
            public function __construct(private readonly MappingDriver $driver)
            {
            }

            public function loadMetadataForClass(string $className, ClassMetadata $metadata): void
            {
                $this->driver->loadMetadataForClass($className, $metadata);
            }

            public function getAllClassNames(): array
            {
                return [EmailOrigin::class, InternalEmailOrigin::class];
            }

            public function isTransient(string $className): bool
            {
                return $this->driver->isTransient($className);
            }
        };
    }
}
