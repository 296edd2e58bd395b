<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Migrations\Schema;

use Doctrine\DBAL\Schema\Schema;
use Oro\Bundle\MigrationBundle\Migration\Installation;
use Oro\Bundle\MigrationBundle\Migration\QueryBag;

/**
 * Creates the tables of the bundle and its columns of oro_email_origin. What it makes, oro:exchange:uninstall takes away.
 */
class ExchangeMailBundleInstaller implements Installation
{
    public function getMigrationVersion()
    {
        return 'v1_0';
    }

    public function up(Schema $schema, QueryBag $queries)
    {
        $this->addOriginColumns($schema);
        $this->createFolderTable($schema);
        $this->createEmailTable($schema);
        $this->createFailedItemTable($schema);
        $this->createLateAddressTable($schema);
        $this->createMailboxStateTable($schema);
    }

    private function addOriginColumns(Schema $schema): void
    {
        $table = $schema->getTable('oro_email_origin');
        $table->addColumn('exchange_mailbox', 'string', ['notnull' => false, 'length' => 255]);
        $table->addColumn('exchange_server', 'string', ['notnull' => false, 'length' => 255]);
        $table->addColumn('exchange_switched_on_at', 'datetime', ['notnull' => false, 'comment' => '(DC2Type:datetime)']);
        $table->addColumn('exchange_since', 'datetime', ['notnull' => false, 'comment' => '(DC2Type:datetime)']);
        $table->addColumn('exchange_smtp_origin_id', 'integer', ['notnull' => false]);
        $table->addColumn('exchange_root_folder_id', 'text', ['notnull' => false]);
        $table->addColumn('exchange_root_checkpoint', 'text', ['notnull' => false]);
        $table->addColumn('exchange_next_run_at', 'datetime', ['notnull' => false, 'comment' => '(DC2Type:datetime)']);
        $table->addColumn('exchange_collected', 'integer', ['notnull' => false]);
        $table->addColumn('exchange_skipped', 'integer', ['notnull' => false]);
        $table->addColumn('exchange_last_error', 'text', ['notnull' => false]);
        $table->addColumn('exchange_last_error_remedy', 'text', ['notnull' => false]);
        $table->addColumn('exchange_last_error_code', 'string', ['notnull' => false, 'length' => 100]);
        $table->addColumn('exchange_last_error_class', 'string', ['notnull' => false, 'length' => 100]);
        // Two hosts may find a new user at once: one of them makes the origin. Other origins have no exchange_mailbox.
        $table->addUniqueIndex(['owner_id', 'organization_id', 'exchange_mailbox'], 'exchange_mail_origin_uidx');
        $table->addIndex(['exchange_smtp_origin_id'], 'exchange_mail_origin_smtp_idx');
        $table->addForeignKeyConstraint(
            'oro_email_origin',
            ['exchange_smtp_origin_id'],
            ['id'],
            ['onDelete' => 'SET NULL', 'onUpdate' => null],
            'exchange_mail_origin_smtp_fk'
        );
    }

    private function createFolderTable(Schema $schema): void
    {
        $table = $schema->createTable('exchange_mail_folder');
        $table->addColumn('id', 'integer', ['autoincrement' => true]);
        $table->addColumn('folder_id', 'integer');
        $table->addColumn('exchange_folder_id', 'text');
        $table->addColumn('checkpoint', 'text', ['notnull' => false]);
        $table->setPrimaryKey(['id']);
        $table->addUniqueIndex(['folder_id'], 'exchange_mail_folder_folder_uidx');
        $table->addForeignKeyConstraint(
            'oro_email_folder',
            ['folder_id'],
            ['id'],
            ['onDelete' => 'CASCADE', 'onUpdate' => null]
        );
    }

    private function createEmailTable(Schema $schema): void
    {
        $table = $schema->createTable('exchange_mail_email');
        $table->addColumn('id', 'integer', ['autoincrement' => true]);
        $table->addColumn('email_id', 'integer');
        $table->addColumn('exchange_folder_id', 'integer');
        $table->addColumn('item_id', 'text');
        $table->addColumn('item_hash', 'string', ['length' => 64]);
        $table->addColumn('confirmed', 'boolean', ['default' => true]);
        $table->setPrimaryKey(['id']);
        $table->addIndex(['email_id'], 'exchange_mail_email_email_idx');
        $table->addUniqueIndex(['exchange_folder_id', 'item_hash'], 'exchange_mail_email_item_uidx');
        $table->addForeignKeyConstraint(
            'oro_email',
            ['email_id'],
            ['id'],
            ['onDelete' => 'CASCADE', 'onUpdate' => null]
        );
        $table->addForeignKeyConstraint(
            'exchange_mail_folder',
            ['exchange_folder_id'],
            ['id'],
            ['onDelete' => 'CASCADE', 'onUpdate' => null]
        );
    }

    private function createFailedItemTable(Schema $schema): void
    {
        $table = $schema->createTable('exchange_mail_failed_item');
        $table->addColumn('id', 'integer', ['autoincrement' => true]);
        $table->addColumn('origin_id', 'integer');
        $table->addColumn('exchange_folder_id', 'integer');
        $table->addColumn('item_id', 'text');
        $table->addColumn('item_hash', 'string', ['length' => 64]);
        $table->addColumn('error_class', 'string', ['length' => 255]);
        $table->addColumn('reason', 'text');
        $table->addColumn('attempts', 'integer');
        $table->addColumn('first_try_at', 'datetime', ['comment' => '(DC2Type:datetime)']);
        $table->addColumn('last_try_at', 'datetime', ['comment' => '(DC2Type:datetime)']);
        $table->addColumn('next_try_at', 'datetime', ['notnull' => false, 'comment' => '(DC2Type:datetime)']);
        $table->setPrimaryKey(['id']);
        $table->addIndex(['origin_id', 'next_try_at'], 'exchange_mail_failed_item_due_idx');
        $table->addUniqueIndex(['exchange_folder_id', 'item_hash'], 'exchange_mail_failed_item_uidx');
        $table->addForeignKeyConstraint(
            'oro_email_origin',
            ['origin_id'],
            ['id'],
            ['onDelete' => 'CASCADE', 'onUpdate' => null]
        );
        $table->addForeignKeyConstraint(
            'exchange_mail_folder',
            ['exchange_folder_id'],
            ['id'],
            ['onDelete' => 'CASCADE', 'onUpdate' => null]
        );
    }

    private function createLateAddressTable(Schema $schema): void
    {
        $table = $schema->createTable('exchange_mail_late_address');
        $table->addColumn('id', 'integer', ['autoincrement' => true]);
        $table->addColumn('organization_id', 'integer');
        $table->addColumn('email', 'string', ['length' => 255]);
        $table->addColumn('created_at', 'datetime', ['comment' => '(DC2Type:datetime)']);
        $table->addColumn('seen_at', 'datetime', ['notnull' => false, 'comment' => '(DC2Type:datetime)']);
        $table->addColumn('ticket', 'string', ['notnull' => false, 'length' => 32]);
        $table->addColumn('queued_until', 'datetime', ['notnull' => false, 'comment' => '(DC2Type:datetime)']);
        $table->setPrimaryKey(['id']);
        $table->addUniqueIndex(['organization_id', 'email'], 'exchange_mail_late_address_uidx');
        $table->addForeignKeyConstraint(
            'oro_organization',
            ['organization_id'],
            ['id'],
            ['onDelete' => 'CASCADE', 'onUpdate' => null]
        );
    }

    private function createMailboxStateTable(Schema $schema): void
    {
        $table = $schema->createTable('exchange_mail_mailbox_state');
        $table->addColumn('id', 'integer', ['autoincrement' => true]);
        $table->addColumn('origin_id', 'integer');
        $table->addColumn('ticket', 'string', ['notnull' => false, 'length' => 32]);
        $table->addColumn('queued_until', 'datetime', ['notnull' => false, 'comment' => '(DC2Type:datetime)']);
        $table->addColumn('lease', 'string', ['notnull' => false, 'length' => 32]);
        $table->addColumn('lease_until', 'datetime', ['notnull' => false, 'comment' => '(DC2Type:datetime)']);
        $table->addColumn('book_at', 'datetime', ['notnull' => false, 'comment' => '(DC2Type:datetime)']);
        $table->addColumn('start_over', 'boolean', ['default' => false]);
        $table->addColumn('last_run_at', 'datetime', ['notnull' => false, 'comment' => '(DC2Type:datetime)']);
        $table->setPrimaryKey(['id']);
        $table->addUniqueIndex(['origin_id'], 'exchange_mail_mailbox_state_origin_uidx');
        $table->addIndex(['lease'], 'exchange_mail_mailbox_state_lease_idx');
        $table->addForeignKeyConstraint(
            'oro_email_origin',
            ['origin_id'],
            ['id'],
            ['onDelete' => 'CASCADE', 'onUpdate' => null]
        );
    }
}
