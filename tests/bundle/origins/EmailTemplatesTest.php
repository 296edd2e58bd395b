<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Origins;

use ExchangeMail\Bundle\Command\UninstallCommand;
use ExchangeMail\Bundle\Migrations\Data\ORM\LoadEmailTemplates;
use ExchangeMail\Bundle\Migrations\EmailTemplates;
use ExchangeMail\Bundle\Migrations\Uninstaller;
use ExchangeMail\Tests\Bundle\Storing\OroTestCase;
use Oro\Bundle\EmailBundle\EmailTemplateHydrator\EmailTemplateFromArrayHydrator;
use Oro\Bundle\EmailBundle\EmailTemplateHydrator\EmailTemplateRawDataParser;
use Oro\Bundle\EmailBundle\Entity\EmailTemplate;
use Oro\Bundle\UserBundle\Entity\Role;
use Oro\Bundle\UserBundle\Entity\User;
use Symfony\Component\Console\Tester\CommandTester;
use Symfony\Component\DependencyInjection\Container;
use Symfony\Component\PropertyAccess\PropertyAccess;

/**
 * The bundle's e-mail templates as Oro's own fixture loads them, and what becomes of them.
 */
final class EmailTemplatesTest extends OroTestCase
{
    private const ACCOUNT = 'exchange_mail_account_refused';
    private const MAILBOX = 'exchange_mail_mailbox_refused';

    private EmailTemplates $templates;

    protected function setUp(): void
    {
        parent::setUp();
        $role = (new Role(User::ROLE_ADMINISTRATOR))->setLabel('Administrator');
        $this->oro->em->persist($role);
        $this->oro->em->find(User::class, $this->janeId)->addUserRole($role);
        $this->oro->em->flush();
        $this->load();
        $this->templates = new EmailTemplates($this->oro->doctrine);
    }

    public function testWhatOroLoadedAndNobodyTouchedIsTakenAway(): void
    {
        self::assertSame([self::ACCOUNT => true, self::MAILBOX => true], $this->stored());
        self::assertSame([], $this->templates->getTouched());

        $this->uninstall();

        self::assertSame([], $this->stored());
    }

    /**
     * @testWith ["subject", "Call 4711"]
     *           ["content", "<p>Call 4711.</p>"]
     */
    public function testATemplateThatWasEditedStaysAndMayBeDeletedByAnAdministrator(string $column, string $text): void
    {
        $connection = $this->oro->em->getConnection();
        $connection->update('oro_email_template', [$column => $text], ['name' => self::MAILBOX]);
        $this->oro->em->clear();

        $this->uninstall();

        self::assertSame([self::MAILBOX => false], $this->stored());
        self::assertSame($text, $connection->fetchOne('SELECT ' . $column . ' FROM oro_email_template'));
    }

    public function testATemplateThatAnAutomaticReplyUsesStaysWithIt(): void
    {
        $id = $this->oro->em->getRepository(EmailTemplate::class)->findOneBy(['name' => self::ACCOUNT])->getId();
        $columns = ['template_id' => $id, 'name' => 'rule', 'active' => 'true', 'createdat' => '2026-01-01', 'definition' => '{}'];
        $table = 'oro_email_auto_response_rule';
        $known = array_column(
            $this->rows("SELECT column_name FROM information_schema.columns WHERE table_name = '$table'"),
            'column_name'
        );
        $this->oro->em->getConnection()->insert($table, ['id' => 1] + array_intersect_key($columns, array_flip($known)));

        $this->uninstall();

        self::assertSame([self::ACCOUNT => false], $this->stored());
        self::assertSame([['template_id' => $id]], $this->rows('SELECT template_id FROM ' . $table));
    }

    public function testTheCommandNamesWhatStays(): void
    {
        $this->oro->em->getConnection()->update('oro_email_template', ['subject' => 'Mine'], ['name' => self::MAILBOX]);
        $this->oro->em->clear();
        $tester = new CommandTester(new UninstallCommand(new Uninstaller($this->oro->doctrine, $this->templates)));

        $tester->execute([]);

        $shown = (string)preg_replace('~[\s!]+~', ' ', $tester->getDisplay());
        self::assertStringContainsString('so they stay: ' . self::MAILBOX . '.', $shown);
        self::assertStringNotContainsString(self::ACCOUNT, $shown);
    }

    public function testANewInstallationTakesTheEditedTemplateAndAddsTheOther(): void
    {
        $this->oro->em->getConnection()->update('oro_email_template', ['subject' => 'Mine'], ['name' => self::MAILBOX]);
        $this->oro->em->clear();
        $this->uninstall();

        $this->load();

        self::assertSame([self::ACCOUNT => true, self::MAILBOX => true], $this->stored());
        self::assertSame(
            [['subject' => 'Microsoft Exchange refuses the service account'], ['subject' => 'Mine']],
            $this->rows('SELECT subject FROM oro_email_template ORDER BY name')
        );
    }

    /** As oro:platform:update does. */
    private function load(): void
    {
        $container = new Container();
        if (!class_exists(EmailTemplateRawDataParser::class)) {
            // Oro 5.1 reads the file by the entity, and has short names of entities in its queries
            $this->oro->em->getConfiguration()->addEntityNamespace('OroUserBundle', 'Oro\Bundle\UserBundle\Entity');
        } else {
            $container->set('oro_email.email_template_hydrator.raw_data_parser', new EmailTemplateRawDataParser());
            $container->set(
                'oro_email.email_template_hydrator.from_array',
                new EmailTemplateFromArrayHydrator(PropertyAccess::createPropertyAccessor(), $this->oro->dispatcher)
            );
        }
        $fixture = new LoadEmailTemplates();
        $fixture->setContainer($container);
        $fixture->load($this->oro->em);
        $this->oro->em->clear();
    }

    /** Only what concerns the templates: UninstallerTest has the whole. */
    private function uninstall(): void
    {
        foreach ((new Uninstaller($this->oro->doctrine, $this->templates))->getStatements() as $statement) {
            if (str_contains($statement, 'oro_email_template')) {
                $this->oro->em->getConnection()->executeStatement($statement);
            }
        }
        $this->oro->em->clear();
    }

    /**
     * @return array<string, bool> whether it is a system template, by name
     */
    private function stored(): array
    {
        return $this->oro->em->getConnection()->fetchAllKeyValue('SELECT name, issystem FROM oro_email_template ORDER BY name');
    }
}
