<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Oro;

use ExchangeMail\Bundle\DependencyInjection\Configuration;
use ExchangeMail\Tests\Extension\ExchangeServer;
use Oro\Bundle\ContactBundle\Entity\Contact;
use Oro\Bundle\ContactBundle\Entity\ContactEmail;
use Oro\Bundle\EmailBundle\Entity\EmailUser;
use Oro\Bundle\TestFrameworkBundle\Test\WebTestCase;
use Oro\Bundle\UserBundle\Entity\User;

/**
 * An administrator configures Exchange, cron runs, and the mail is in the contact's activity list and in My Emails.
 */
final class MailFromConfigurationToActivityListTest extends WebTestCase
{
    private const CUSTOMER = 'carol@customer.example';

    private ExchangeServer $server;

    private User $admin;

    protected function setUp(): void
    {
        if (false === getenv('ORO_ROOT')) {
            self::markTestSkipped('ORO_ROOT does not name an OroCRM installation.');
        }
        if (!\extension_loaded('exchange_sync')) {
            self::fail('Load the built extension, see tests/oro/README.md.');
        }
        $this->initClient([], self::generateBasicAuthHeader());
        $this->admin = $this->getContainer()->get('doctrine')->getRepository(User::class)->findOneBy(['username' => 'admin']);
        $this->server = new ExchangeServer(['--mailbox', $this->admin->getEmail()]);
    }

    public function testMailReachesTheActivityListOfTheContact(): void
    {
        $this->configure();
        $contact = $this->createContact();
        $this->server->deliver(
            $this->admin->getEmail(),
            ExchangeServer::mail('offer@customer.example', 'Offer', $this->admin->getEmail(), self::CUSTOMER)
        );

        $output = self::runCommand('oro:cron:exchange-sync', ['--foreground']);
        self::assertStringContainsString('1 mailbox(es) read, 1 message(s) looked at, 1 stored, 0 skipped.', $output);

        $this->client->request('GET', $this->getUrl('oro_activity_list_api_get_list', [
            'entityClass' => $this->getContainer()->get('oro_entity.routing_helper')->getUrlSafeClassName(Contact::class),
            'entityId' => $contact->getId(),
        ]));
        $activities = self::getJsonResponseContent($this->client->getResponse(), 200);
        self::assertSame(['Offer'], array_column($activities['data'], 'subject'));

        $emailUsers = $this->getContainer()->get('doctrine')->getRepository(EmailUser::class)->findBy(['owner' => $this->admin]);
        self::assertContains('Offer', array_map(
            static fn (EmailUser $emailUser): string => $emailUser->getEmail()->getSubject(),
            $emailUsers
        ));

        $again = self::runCommand('oro:cron:exchange-sync', ['--foreground']);
        self::assertStringContainsString(' 0 stored', $again);
    }

    /** By the form on Oro's own page, as the administrator does. */
    private function configure(): void
    {
        $crawler = $this->client->request('GET', $this->getUrl('oro_config_configuration_system', [
            'activeGroup' => 'platform',
            'activeSubGroup' => 'exchange_mail_settings',
        ]));
        $form = $crawler->selectButton('Save settings')->form();
        [, $domain] = explode('@', $this->admin->getEmail());
        $values = [
            Configuration::ENABLED => true,
            Configuration::SERVER => $this->server->url,
            Configuration::LOGIN => ExchangeServer::LOGIN,
            Configuration::PASSWORD => ExchangeServer::PASSWORD,
            Configuration::DOMAINS => $domain,
        ];
        foreach ($values as $name => $value) {
            $form[\sprintf('exchange_mail_settings[%s][value]', Configuration::key($name, '___'))] = $value;
        }
        $this->client->followRedirects();
        $this->client->submit($form);
        self::assertHtmlResponseStatusCodeEquals($this->client->getResponse(), 200);

        $config = $this->getContainer()->get('oro_config.global');
        self::assertTrue((bool)$config->get(Configuration::key(Configuration::ENABLED)));
        self::assertStringNotContainsString(
            ExchangeServer::PASSWORD,
            (string)$config->get(Configuration::key(Configuration::PASSWORD)),
            'kept encrypted'
        );
        self::assertStringNotContainsString(ExchangeServer::PASSWORD, (string)$this->client->getResponse()->getContent());
    }

    private function createContact(): Contact
    {
        $em = $this->getContainer()->get('doctrine')->getManager();
        $address = (new ContactEmail(self::CUSTOMER))->setPrimary(true);
        $contact = (new Contact())
            ->setFirstName('Carol')
            ->setLastName('Contact')
            ->setOwner($this->admin)
            ->setOrganization($this->admin->getOrganization())
            ->addEmail($address);
        $em->persist($contact);
        $em->flush();
        // a consumer of Oro's message queue does this
        $this->getContainer()->get('oro_email.email_address_visibility.manager')
            ->updateEmailAddressVisibilities($this->admin->getOrganization()->getId());

        return $contact;
    }
}
