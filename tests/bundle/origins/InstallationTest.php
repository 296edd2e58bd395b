<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Origins;

use ExchangeMail\Bundle\Migrations\EmailTemplates;
use ExchangeMail\Bundle\Migrations\Schema\ExchangeMailBundleInstaller;
use ExchangeMail\Bundle\Migrations\Uninstaller;
use ExchangeMail\Tests\Bundle\Storing\Host\Blank;
use ExchangeMail\Tests\Bundle\Storing\OroTestCase;
use Oro\Bundle\CacheBundle\Manager\OroDataCacheManager;
use Oro\Bundle\MigrationBundle\Migration\MigrationExecutor;
use Oro\Bundle\MigrationBundle\Migration\MigrationQueryExecutor;
use Oro\Bundle\MigrationBundle\Migration\MigrationState;
use Symfony\Component\Stopwatch\Stopwatch;

/**
 * Our installer in the hands of Oro's own migration executor. The one with generated names needs the Doctrine of Oro's release.
 */
final class InstallationTest extends OroTestCase
{
    public function testOroInstallsTheBundleAgainAfterAnUninstallation(): void
    {
        if (!class_exists(Stopwatch::class) && str_contains($this->executorSource(), 'new Stopwatch')) {
            fwrite(\STDERR, "SKIPPED: installing by Oro's migration executor (needs php-symfony-stopwatch)\n");
            self::markTestSkipped('symfony/stopwatch is not installed.');
        }
        $connection = $this->oro->em->getConnection();
        $connection->executeStatement('CREATE TABLE oro_cron_schedule (command VARCHAR(255))');
        $connection->executeStatement('CREATE TABLE oro_migrations (bundle VARCHAR(250))');
        $connection->executeStatement('CREATE TABLE acl_classes (class_type VARCHAR(200))');
        $connection->executeStatement('CREATE TABLE oro_migrations_data (class_name VARCHAR(255))');
        $installed = $this->columns();
        (new Uninstaller($this->oro->doctrine, new EmailTemplates($this->oro->doctrine)))->uninstall();
        self::assertNotEquals($installed, $this->columns());

        $queries = new MigrationQueryExecutor($connection);
        $queries->setLogger($this->services->logger);
        $executor = new MigrationExecutor($queries, Blank::of(OroDataCacheManager::class));
        $executor->setLogger($this->services->logger);
        $state = new MigrationState(new ExchangeMailBundleInstaller(), 'ExchangeMailBundle', 'v1_0');
        $executor->executeUp([$state]);

        self::assertTrue($state->isSuccessful());
        self::assertEquals($installed, $this->columns());
        $this->mailbox($this->janeId);
        self::assertSame(1, $this->rowCount('oro_email_origin'));
    }

    private function executorSource(): string
    {
        return (string)file_get_contents((string)(new \ReflectionClass(MigrationExecutor::class))->getFileName());
    }

    /**
     * @return list<array<string, mixed>>
     */
    private function columns(): array
    {
        return $this->rows(
            'SELECT table_name, column_name, data_type, is_nullable, character_maximum_length FROM information_schema.columns'
            . " WHERE table_schema = 'public' ORDER BY table_name, column_name"
        );
    }
}
