<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing;

use ExchangeMail\Bundle\Provider\ExchangeEmailAttachmentLoader;
use ExchangeMail\Bundle\Provider\ExchangeEmailBodyLoader;
use ExchangeMail\Bundle\Provider\ExchangeEmailFlagManagerLoader;
use ExchangeMail\Bundle\Provider\ExchangeMessageFinder;
use ExchangeMail\Tests\Bundle\Storing\Host\Mail;
use ExchangeSync\Batch;
use ExchangeSync\ImpersonationException;
use Oro\Bundle\EmailBundle\Entity\Email;
use Oro\Bundle\EmailBundle\Entity\EmailFolder;
use Oro\Bundle\EmailBundle\Entity\InternalEmailOrigin;
use Oro\Bundle\EmailBundle\Exception\EmailAttachmentNotFoundException;
use Oro\Bundle\EmailBundle\Exception\EmailBodyNotFoundException;
use Oro\Bundle\EmailBundle\Provider\EmailAttachmentLoaderInterface;

final class LoaderTest extends OroTestCase
{
    private Email $email;

    private EmailFolder $folder;

    protected function setUp(): void
    {
        parent::setUp();
        $this->oro->settings['oro_email.attachment_sync_enable'] = false;
        $this->store($this->mailbox($this->janeId), new Batch('jane@example.com', Mail::inbox(), [
            Mail::message(['itemId' => 'item', 'attachments' => [Mail::attachment('a.txt', 'content')]]),
        ]));
        $this->email = $this->oro->em->getRepository(Email::class)->findOneBy([]);
        $this->folder = $this->oro->em->getRepository(EmailFolder::class)->findOneBy([]);
    }

    public function testABodyIsReadFromExchangeAgain(): void
    {
        $this->engine->messages['item'] = Mail::message(['html' => '<b>Again</b>', 'attachments' => [Mail::attachment('a.txt', 'x')]]);
        $loader = new ExchangeEmailBodyLoader(new ExchangeMessageFinder($this->engine), $this->services->bodies);
        $body = $loader->loadEmailBody($this->folder, $this->email, $this->oro->em);

        self::assertSame('<b>Again</b>', $body->getBodyContent());
        self::assertFalse($body->getBodyIsText());
        self::assertCount(1, $body->getAttachments());
        self::assertTrue($loader->supports($this->folder->getOrigin()));
        self::assertFalse($loader->supports(new InternalEmailOrigin()));
    }

    public function testABodyThatIsGoneFromExchangeIsSaidToBeNotFound(): void
    {
        $this->expectException(EmailBodyNotFoundException::class);
        (new ExchangeEmailBodyLoader(new ExchangeMessageFinder($this->engine), $this->services->bodies))
            ->loadEmailBody($this->folder, $this->email, $this->oro->em);
    }

    public function testABodyIsReadFromAnotherMailboxWhereTheFirstIsClosedToTheAccount(): void
    {
        $this->store($this->mailbox($this->johnId), new Batch('john@example.com', Mail::inbox(), [
            Mail::message(['itemId' => 'of-john', 'messageId' => $this->email->getMessageId(), 'subject' => $this->email->getSubject()]),
        ]));
        $this->engine->messages = ['of-john' => new ImpersonationException('Denied.'), 'item' => Mail::message(['html' => 'Again'])];
        $finder = new ExchangeMessageFinder($this->engine);
        $email = $this->oro->em->getRepository(Email::class)->findOneBy([]);

        self::assertSame('Again', $finder->find($this->oro->em, $email)?->html());

        unset($this->engine->messages['item']);
        $this->expectException(ImpersonationException::class);
        $finder->find($this->oro->em, $email);
    }

    public function testAnAttachmentThatWasLeftOutIsReadOnDemandByItsName(): void
    {
        if (!interface_exists(EmailAttachmentLoaderInterface::class)) {
            self::markTestSkipped('Oro 5.1 loads no attachments on demand.');
        }
        $this->engine->messages['item'] = Mail::message([
            'attachments' => [Mail::attachment('a.txt', 'content'), Mail::attachment('b.txt', 'other')],
        ]);
        $loader = new ExchangeEmailAttachmentLoader(
            $this->oro->doctrine,
            new ExchangeMessageFinder($this->engine),
            $this->services->bodies
        );

        self::assertCount(2, $loader->loadEmailAttachments($this->email->getEmailBody()));
        $attachment = $loader->loadEmailAttachment($this->email->getEmailBody(), 'a.txt');
        self::assertSame(
            ['a.txt', 'text/plain', 'base64', 'content'],
            [
                $attachment->getFileName(), $attachment->getContentType(),
                $attachment->getContent()->getContentTransferEncoding(),
                base64_decode($attachment->getContent()->getContent()),
            ]
        );
        self::assertNull($loader->loadEmailAttachment($this->email->getEmailBody(), 'c.txt'));

        $this->engine->messages['item'] = Mail::message();
        $this->expectException(EmailAttachmentNotFoundException::class);
        $loader->loadEmailAttachments($this->email->getEmailBody());
    }

    public function testAMessageThatAUserOfOroReadsIsMarkedInExchange(): void
    {
        $loader = new ExchangeEmailFlagManagerLoader($this->engine);
        self::assertTrue($loader->supports($this->folder->getOrigin()));
        $manager = $loader->select($this->folder, $this->oro->em);
        $manager->setSeen($this->folder, $this->email);
        $manager->setUnseen($this->folder, $this->email);
        $manager->setFlags($this->folder, $this->email, ['\Seen']);

        self::assertSame(
            [
                ['jane@example.com', ['item'], true],
                ['jane@example.com', ['item'], false],
                ['jane@example.com', ['item'], true],
            ],
            $this->engine->readCalls
        );
        $this->oro->em->getConnection()->executeStatement('DELETE FROM exchange_mail_email');
        $manager->setSeen($this->folder, $this->email);
        self::assertCount(3, $this->engine->readCalls, 'what is deleted in Exchange has no flag there');
    }

    public function testNothingIsMarkedInExchangeWhileTheIntegrationIsSwitchedOff(): void
    {
        $this->engine->enabled = false;
        (new ExchangeEmailFlagManagerLoader($this->engine))->select($this->folder, $this->oro->em)
            ->setSeen($this->folder, $this->email);

        self::assertSame([], $this->engine->readCalls);
    }
}
