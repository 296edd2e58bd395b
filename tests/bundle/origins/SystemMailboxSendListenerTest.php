<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Origins;

use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\EventListener\SystemMailboxSendListener;
use ExchangeMail\Bundle\Lease\OriginLeases;
use ExchangeMail\Bundle\Manager\SystemMailboxOrigins;
use ExchangeMail\Tests\Bundle\Storing\OroTestCase;
use Oro\Bundle\EmailBundle\Builder\EmailUserFromEmailModelBuilder;
use Oro\Bundle\EmailBundle\Entity\EmailOrigin;
use Oro\Bundle\EmailBundle\Entity\EmailUser;
use Oro\Bundle\EmailBundle\Entity\Mailbox;
use Oro\Bundle\EmailBundle\Event\BeforeMessageEvent;
use Oro\Bundle\EmailBundle\Mailer\Envelope\EmailOriginAwareEnvelope;
use Oro\Bundle\ImapBundle\Entity\UserEmailOrigin;
use Oro\Bundle\ImapBundle\EventListener\SetUserEmailOriginTransportListener;
use Oro\Bundle\OrganizationBundle\Entity\Organization;
use Symfony\Component\Mailer\Envelope;
use Symfony\Component\Mime\Email;

/**
 * What a system mailbox of Exchange sends, as Oro's own classes make and send it.
 */
final class SystemMailboxSendListenerTest extends OroTestCase
{
    private SystemMailboxSendListener $listener;
    private ExchangeEmailOrigin $origin;
    private Mailbox $mailbox;

    protected function setUp(): void
    {
        parent::setUp();
        $this->listener = new SystemMailboxSendListener();
        $this->mailbox = (new Mailbox())->setEmail('info@example.com')->setLabel('Info');
        $this->mailbox->setOrganization($this->oro->em->find(Organization::class, $this->organizationId));
        $smtp = (new UserEmailOrigin())->setMailboxName('info')->setUser('info');
        $smtp->setSmtpHost('smtp.example.com')->setSmtpPort(587)->setSmtpEncryption('tls')->setPassword('encrypted');
        (new SystemMailboxOrigins($this->oro->doctrine, new OriginLeases($this->oro->doctrine)))->assign($this->mailbox, $smtp, null);
        $this->oro->em->persist($this->mailbox);
        $this->oro->em->flush();
        $this->oro->em->clear();
        $this->mailbox = $this->oro->em->find(Mailbox::class, $this->mailbox->getId());
        $this->origin = $this->mailbox->getOrigin();
    }

    public function testWhatASystemMailboxSendsIsItsOwnSentMail(): void
    {
        $emailUser = $this->sent($this->origin);

        $this->listener->prePersist($emailUser);

        self::assertSame($this->mailbox, $emailUser->getMailboxOwner());
        self::assertSame('sent', $emailUser->getFolders()->first()->getType());
        self::assertSame($this->origin, $emailUser->getFolders()->first()->getOrigin());
    }

    public function testTheMailOfAUserIsNoMailboxs(): void
    {
        $origin = $this->oro->em->find(ExchangeEmailOrigin::class, $this->mailbox($this->janeId, false));
        $emailUser = $this->sent($origin);

        $this->listener->prePersist($emailUser);

        self::assertNull($emailUser->getMailboxOwner());
        self::assertSame($this->janeId, $emailUser->getOwner()->getId());
    }

    public function testASystemMailboxSendsByItsSmtpSettings(): void
    {
        $this->needsMailer();

        $headers = $this->headers();

        self::assertSame('oro_user_email_origin', $headers['X-Transport']);
        self::assertSame((string)$this->origin->getSmtpOrigin()->getId(), $headers['X-User-Email-Origin-Id']);
    }

    public function testWithoutSmtpSettingsTheApplicationsMailerSends(): void
    {
        $this->needsMailer();
        $this->origin->setSmtpOrigin(null);

        self::assertArrayNotHasKey('X-Transport', $this->headers());
    }

    private function sent(EmailOrigin $origin): EmailUser
    {
        $emailUser = new EmailUser();
        $builder = (new \ReflectionClass(EmailUserFromEmailModelBuilder::class))->newInstanceWithoutConstructor();
        $builder->setEmailOrigin($emailUser, $origin);

        return $emailUser;
    }

    /**
     * @return array<string, string>
     */
    private function headers(): array
    {
        $message = (new Email())->from('info@example.com')->to('carol@customer.test')->text('Hello');
        $envelope = new EmailOriginAwareEnvelope($message);
        $envelope->setEmailOrigin($this->origin);
        $event = new BeforeMessageEvent($message, $envelope);

        $this->listener->onBeforeMessage($event);
        (new SetUserEmailOriginTransportListener('oro_user_email_origin'))->onBeforeMessage($event);

        $headers = [];
        foreach ($message->getHeaders()->all() as $header) {
            $headers[$header->getName()] = $header->getBodyAsString();
        }

        return $headers;
    }

    private function needsMailer(): void
    {
        if (!class_exists(Envelope::class) || !class_exists(Email::class)) {
            fwrite(\STDERR, "SKIPPED: sending by a system mailbox (needs php-symfony-mailer)\n");
            self::markTestSkipped('symfony/mailer is not installed.');
        }
    }
}
