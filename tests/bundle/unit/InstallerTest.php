<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Unit;

use Doctrine\DBAL\Platforms\MySQLPlatform;
use Doctrine\DBAL\Platforms\PostgreSQLPlatform;
use Doctrine\DBAL\Schema\Schema;
use ExchangeMail\Bundle\Migrations\Schema\ExchangeMailBundleInstaller;
use Oro\Bundle\MigrationBundle\Migration\QueryBag;
use PHPUnit\Framework\TestCase;

/**
 * Whether the installer makes the columns that the mapping asks for.
 */
final class InstallerTest extends TestCase
{
    public function testEachMappedColumnIsInstalledAndNoOther(): void
    {
        $schema = $this->install();

        $expected = ['oro_email_origin' => ['id', 'owner_id', 'organization_id']];
        foreach (glob(\dirname(__DIR__, 3) . '/php/src/Bundle/Resources/config/doctrine/*.orm.xml') ?: [] as $file) {
            $entity = simplexml_load_file($file)->entity;
            $table = (string)($entity['table'] ?? 'oro_email_origin');
            foreach ($entity->xpath('*[local-name()="id" or local-name()="field"]') as $field) {
                $expected[$table][] = (string)($field['column'] ?? $field['name']);
            }
            foreach ($entity->xpath('*/*[local-name()="join-column"]') as $column) {
                $expected[$table][] = (string)$column['name'];
            }
        }

        foreach ($expected as $table => $columns) {
            $installed = array_map(
                static fn ($column): string => $column->getName(),
                array_values($schema->getTable($table)->getColumns())
            );
            self::assertEqualsCanonicalizing($columns, $installed, $table);
        }
    }

    public function testEveryIndexNameFitsBothDatabases(): void
    {
        $schema = $this->install();
        foreach ([new PostgreSQLPlatform(), new MySQLPlatform()] as $platform) {
            self::assertNotEmpty($schema->toSql($platform));
        }
        foreach ($schema->getTables() as $table) {
            foreach ([...$table->getIndexes(), ...$table->getForeignKeys()] as $constraint) {
                self::assertLessThanOrEqual(63, \strlen($constraint->getName()));
            }
        }
    }

    private function install(): Schema
    {
        $schema = new Schema();
        foreach (['oro_email_origin', 'oro_email_folder', 'oro_email', 'oro_organization'] as $name) {
            $table = $schema->createTable($name);
            $table->addColumn('id', 'integer', ['autoincrement' => true]);
            $table->setPrimaryKey(['id']);
        }
        foreach (['owner_id', 'organization_id'] as $column) {
            $schema->getTable('oro_email_origin')->addColumn($column, 'integer', ['notnull' => false]);
        }
        (new ExchangeMailBundleInstaller())->up($schema, $this->createMock(QueryBag::class));

        return $schema;
    }
}
