<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Migrations;

use Doctrine\DBAL\Connection;
use Doctrine\DBAL\Platforms\AbstractPlatform;
use Doctrine\ORM\EntityManagerInterface;
use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Notification\RefusalAlert;
use Oro\Bundle\EmailBundle\Entity\EmailTemplate;
use Oro\Bundle\EmailBundle\Entity\InternalEmailOrigin;

/**
 * Undoes what the installer and the running integration wrote, so that Oro works without the bundle's classes.
 *
 * Collected mail stays, and stays seen: its origins become internal ones, because Oro can't load an origin whose class is gone.
 * They lose their owner, so that Oro does not take one for the user's outbox. System mailboxes get back the origin of before.
 */
final class Uninstaller
{
    private const TABLES = [
        'exchange_mail_failed_item', 'exchange_mail_email', 'exchange_mail_folder', 'exchange_mail_late_address',
        'exchange_mail_mailbox_state',
    ];
    private const INDEXES = ['exchange_mail_origin_uidx', 'exchange_mail_origin_smtp_idx'];
    private const SMTP_KEY = 'exchange_mail_origin_smtp_fk';
    private const SMTP_COLUMN = 'exchange_smtp_origin_id';
    private const ORIGIN_TABLE = 'oro_email_origin';
    private const COLUMN_PREFIX = 'exchange_';
    private const ACL_RESOURCES = ['exchange_mail_status_view', 'exchange_mail_sync_now'];

    public function __construct(private readonly ManagerRegistry $doctrine, private readonly EmailTemplates $templates)
    {
    }

    public function uninstall(): void
    {
        $connection = $this->em()->getConnection();
        foreach ($this->getStatements() as $statement) {
            $connection->executeStatement($statement);
        }
    }

    /**
     * In an order that may be repeated from the first statement that failed.
     *
     * @return list<string>
     */
    public function getStatements(): array
    {
        $connection = $this->em()->getConnection();
        $platform = $connection->getDatabasePlatform();

        return [
            ...$this->getOriginStatements($connection),
            ...array_map(static fn (string $table): string => 'DROP TABLE ' . $table, self::TABLES),
            $platform->getDropForeignKeySQL(self::SMTP_KEY, self::ORIGIN_TABLE),
            ...array_map(
                static fn (string $index): string => $platform->getDropIndexSQL($index, self::ORIGIN_TABLE),
                self::INDEXES
            ),
            ...array_map(
                static fn (string $column): string => \sprintf('ALTER TABLE %s DROP COLUMN %s', self::ORIGIN_TABLE, $column),
                [self::SMTP_COLUMN, ...$this->getColumns()]
            ),
            "DELETE FROM oro_config_value WHERE section = 'exchange_mail'",
            "DELETE FROM oro_cron_schedule WHERE command = 'oro:cron:exchange-sync'",
            ...array_map(
                static fn (string $resource): string => \sprintf("DELETE FROM acl_classes WHERE class_type = '%s'", $resource),
                self::ACL_RESOURCES
            ),
            ...$this->getTemplateStatements($platform),
            \sprintf("DELETE FROM oro_notification_alert WHERE source_type = '%s'", RefusalAlert::SOURCE_TYPE),
            "DELETE FROM oro_migrations_data WHERE class_name LIKE 'ExchangeMail%'",
            "DELETE FROM oro_migrations WHERE bundle = 'ExchangeMailBundle'",
        ];
    }

    /**
     * E-mail templates that stay, because somebody edited or uses them. Administrators may delete them in Oro afterwards.
     *
     * @return list<string> names
     */
    public function getKeptTemplates(): array
    {
        return array_map(
            static fn (EmailTemplate $template): string => (string)$template->getName(),
            $this->templates->getTouched()
        );
    }

    /**
     * @return list<string>
     */
    private function getTemplateStatements(AbstractPlatform $platform): array
    {
        return [
            ...array_map(
                static fn (EmailTemplate $template): string
                    => \sprintf('DELETE FROM oro_email_template WHERE id = %d', $template->getId()),
                $this->templates->getUntouched()
            ),
            // Oro lets nobody delete a system template
            ...array_map(
                static fn (EmailTemplate $template): string => \sprintf(
                    'UPDATE oro_email_template SET isSystem = %s WHERE id = %d',
                    $platform->convertBooleans(false),
                    $template->getId()
                ),
                $this->templates->getTouched()
            ),
        ];
    }

    /**
     * @return list<string>
     */
    private function getOriginStatements(Connection $connection): array
    {
        $metadata = $this->em()->getClassMetadata(ExchangeEmailOrigin::class);
        $own = $connection->quote($metadata->discriminatorValue);
        $internal = $connection->quote($this->em()->getClassMetadata(InternalEmailOrigin::class)->discriminatorValue);
        $platform = $connection->getDatabasePlatform();

        return [
            // MySQL reads no table that it writes, but a copy of it
            \sprintf(
                'UPDATE oro_email_origin SET isactive = %1$s, is_sync_enabled = %1$s WHERE id IN'
                . ' (SELECT id FROM (SELECT %2$s AS id FROM oro_email_origin WHERE %2$s IS NOT NULL) AS o)',
                $platform->convertBooleans(true),
                self::SMTP_COLUMN
            ),
            \sprintf(
                'UPDATE oro_email_mailbox SET origin_id ='
                . ' (SELECT o.%s FROM oro_email_origin o WHERE o.id = oro_email_mailbox.origin_id)'
                . ' WHERE origin_id IN (SELECT id FROM oro_email_origin WHERE name = %s)',
                self::SMTP_COLUMN,
                $own
            ),
            \sprintf(
                "UPDATE oro_email_origin SET name = %s, internal_name = 'Exchange', isactive = %s, is_sync_enabled = %s,"
                . ' owner_id = NULL WHERE name = %s',
                $internal,
                $platform->convertBooleans(true),
                $platform->convertBooleans(false),
                $own
            ),
        ];
    }

    /**
     * @return list<string>
     */
    private function getColumns(): array
    {
        $columns = $this->em()->getClassMetadata(ExchangeEmailOrigin::class)->getColumnNames();

        return array_values(array_filter(
            $columns,
            static fn (string $column): bool => str_starts_with($column, self::COLUMN_PREFIX)
        ));
    }

    private function em(): EntityManagerInterface
    {
        return $this->doctrine->getManagerForClass(ExchangeEmailOrigin::class);
    }
}
