<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Origins;

use ExchangeMail\Bundle\Migrations\EmailTemplates;
use ExchangeMail\Bundle\Migrations\Uninstaller;
use ExchangeMail\Tests\Bundle\Storing\Oro\Schema;
use ExchangeMail\Tests\Bundle\Storing\OroTestCase;
use Oro\Bundle\EmailBundle\Entity\EmailFolder;
use Oro\Bundle\EmailBundle\Entity\EmailOrigin;
use Oro\Bundle\EmailBundle\Entity\InternalEmailOrigin;
use Oro\Bundle\EmailBundle\Entity\Provider\EmailOwnerProviderStorage;

/**
 * What the uninstallation leaves in a real database.
 */
final class UninstallerTest extends OroTestCase
{
    private int $originId;

    protected function setUp(): void
    {
        parent::setUp();
        $this->originId = $this->mailbox($this->janeId, false);
        $connection = $this->oro->em->getConnection();
        // The tables of other bundles that the uninstallation touches, as wide as it needs them.
        foreach (
            [
            'CREATE TABLE oro_cron_schedule (command VARCHAR(255))',
            'CREATE TABLE oro_migrations (bundle VARCHAR(250), version VARCHAR(250))',
            'CREATE TABLE acl_classes (class_type VARCHAR(200))',
            'CREATE TABLE oro_migrations_data (class_name VARCHAR(255))',
            "INSERT INTO oro_config_value (id, section, name, type, created_at, updated_at) VALUES"
            . " (1, 'exchange_mail', 'password', 'scalar', now(), now()), (2, 'oro_email', 'feature_enabled', 'scalar', now(), now())",
            "INSERT INTO oro_cron_schedule VALUES ('oro:cron:exchange-sync'), ('oro:cron:imap-sync')",
            "INSERT INTO oro_migrations VALUES ('ExchangeMailBundle', 'v1_0'), ('OroEmailBundle', 'v1_0')",
            "INSERT INTO oro_migrations_data VALUES"
            . " ('ExchangeMail\\Bundle\\Migrations\\Data\\ORM\\LoadEmailTemplates'), ('Oro\\LoadEmailTemplates')",
            "INSERT INTO oro_email_template (id, name, issystem, iseditable, type) VALUES"
            . " (3, 'sync_wrong_credentials_user_box', true, true, 'html')",
            "INSERT INTO oro_notification_alert (id, source_type, resource_type, organization_id, is_resolved, created_at, updated_at)"
            . " SELECT gen_random_uuid(), source, 'email', id, false, now(), now()"
            . " FROM oro_organization, (VALUES ('ExchangeMail'), ('EmailSync')) AS sources (source)",
            "INSERT INTO acl_classes VALUES ('exchange_mail_sync_now'), ('exchange_mail_status_view'), ('oro_config_system')",
            ] as $statement
        ) {
            $connection->executeStatement($statement);
        }
        $origin = $this->oro->em->find(EmailOrigin::class, $this->originId);
        $origin->addFolder((new EmailFolder())->setType('inbox')->setName('Inbox')->setFullName('Inbox'));
        $this->oro->em->flush();
    }

    public function testNothingOfTheBundleStaysInTheSchema(): void
    {
        (new Uninstaller($this->oro->doctrine, new EmailTemplates($this->oro->doctrine)))->uninstall();

        $left = $this->rows(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            . " AND (table_name LIKE 'exchange%' OR column_name LIKE 'exchange%')"
        );
        self::assertSame([], $left);
        self::assertSame([], $this->rows("SELECT indexname FROM pg_indexes WHERE indexname LIKE 'exchange%'"));
        self::assertSame([['section' => 'oro_email']], $this->rows('SELECT section FROM oro_config_value'));
        self::assertSame([['command' => 'oro:cron:imap-sync']], $this->rows('SELECT command FROM oro_cron_schedule'));
        self::assertSame([['bundle' => 'OroEmailBundle']], $this->rows('SELECT bundle FROM oro_migrations'));
        self::assertSame([['class_type' => 'oro_config_system']], $this->rows('SELECT class_type FROM acl_classes'));
        self::assertSame([['name' => 'sync_wrong_credentials_user_box']], $this->rows('SELECT name FROM oro_email_template'));
        self::assertSame([['source_type' => 'EmailSync']], $this->rows('SELECT source_type FROM oro_notification_alert'));
        self::assertSame(
            [['class_name' => 'Oro\\LoadEmailTemplates']],
            $this->rows('SELECT class_name FROM oro_migrations_data')
        );
    }

    public function testOroWithoutTheBundleLoadsTheOriginsAndTheirFolders(): void
    {
        (new Uninstaller($this->oro->doctrine, new EmailTemplates($this->oro->doctrine)))->uninstall();
        $parameters = $this->oro->em->getConnection()->getParams();
        $without = (new Schema(new EmailOwnerProviderStorage()))->open($parameters, false);

        $origin = $without->find(EmailOrigin::class, $this->originId);

        self::assertInstanceOf(InternalEmailOrigin::class, $origin);
        self::assertTrue($origin->isActive(), 'Oro shows no mail of an origin that is not active.');
        self::assertFalse($origin->isSyncEnabled());
        self::assertNull($origin->getOwner());
        self::assertSame('Inbox', $origin->getFolders()->first()->getName());
    }

    public function testTheStatementsAreShownWithoutDoingThem(): void
    {
        $statements = (new Uninstaller($this->oro->doctrine, new EmailTemplates($this->oro->doctrine)))->getStatements();

        self::assertContains('DROP TABLE exchange_mail_email', $statements);
        self::assertContains('ALTER TABLE oro_email_origin DROP COLUMN exchange_mailbox', $statements);
        self::assertSame(1, $this->rowCount('oro_email_origin'));
    }
}
