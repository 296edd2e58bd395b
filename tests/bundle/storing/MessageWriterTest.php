<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing;

use ExchangeMail\Bundle\Storage\BodyFactory;
use ExchangeMail\Bundle\Storage\MessageWriter;
use ExchangeMail\Tests\Bundle\Storing\Host\Mail;
use ExchangeSync\Address;
use Oro\Bundle\ConfigBundle\Config\ConfigManager;
use Oro\Bundle\EmailBundle\Builder\EmailEntityBuilder;
use Oro\Bundle\EmailBundle\Entity\Email;
use Oro\Bundle\EmailBundle\Entity\EmailFolder;
use Oro\Bundle\EmailBundle\Entity\EmailOrigin;
use Oro\Bundle\EmailBundle\Entity\EmailOwnerInterface;
use Oro\Bundle\OrganizationBundle\Entity\Organization;
use Oro\Bundle\UserBundle\Entity\User;
use PHPUnit\Framework\TestCase;

/**
 * What the builder is told, where Oro's own is not.
 */
final class MessageWriterTest extends TestCase
{
    protected function setUp(): void
    {
        if (interface_exists(EmailOwnerInterface::class)) {
            self::markTestSkipped('With a source tree of Oro BatchStoreTest shows this on its real builder.');
        }
    }

    public function testAMessageIsToldToTheBuilderAsOroKnowsMail(): void
    {
        $builder = new EmailEntityBuilder();
        $origin = new class () extends EmailOrigin {
        };
        $folder = (new EmailFolder())->setOrigin($origin);
        $user = new User();
        $organization = new Organization();
        $emailUser = (new MessageWriter($builder))->write(
            Mail::message([
                'messageId' => '<a@x>',
                'subject' => "Offer\0",
                'cc' => [new Address(null, 'john@example.com')],
                'sent' => new \DateTimeImmutable('2026-03-05 12:00:00 +02:00'),
                'importance' => 'low',
                'read' => true,
                'references' => ['<r1@x>'],
                'inReplyTo' => '<r2@x>',
                'threadId' => str_repeat('t', 300),
                'acceptLanguage' => 'de',
            ]),
            '<a@x>',
            $folder,
            $user,
            $organization
        );

        [$subject, $from, $to, $sent, $received, , $importance, $cc, $bcc, $owner, $of] = $builder->calls[0];
        self::assertSame(
            ['Offer', 'Carol Contact <carol@customer.test>', ['Jane Doe <jane@example.com>'], ['john@example.com'], []],
            [$subject, $from, $to, $cc, $bcc]
        );
        self::assertSame(['2026-03-05 10:00:00 UTC', 'UTC'], [$sent->format('Y-m-d H:i:s e'), $received->getTimezone()->getName()]);
        self::assertInstanceOf(\DateTime::class, $sent);
        self::assertSame([Email::LOW_IMPORTANCE, $user, $organization], [$importance, $owner, $of]);
        self::assertSame(
            [true, $origin, [$folder]],
            [$emailUser->values['seen'], $emailUser->values['origin'], $emailUser->values['folder']]
        );
        // what does not fit into Oro's column is told apart by a hash
        $thread = str_repeat('t', 222) . '~' . substr(hash('sha256', str_repeat('t', 300)), 0, 32);
        self::assertSame(
            ['messageId' => '<a@x>', 'refs' => '<r1@x> <r2@x>', 'xThreadId' => $thread, 'acceptLanguageHeader' => 'de'],
            $emailUser->values['email']->values
        );
    }

    public function testABodyIsHtmlBeforeTextAndItsPreviewHasWholeCharacters(): void
    {
        $bodies = new BodyFactory(new EmailEntityBuilder(), new ConfigManager(['oro_email.attachment_sync_enable' => false]));
        $html = $bodies->create(Mail::message(['html' => '<p>Hi</p>', 'text' => 'Hi']));
        self::assertSame(['<p>Hi</p>', false], [$html->values['bodyContent'], $html->values['bodyIsText']]);

        $text = $bodies->create(Mail::message(['text' => str_repeat("\u{6f22}", 400)]));
        self::assertTrue($text->values['bodyIsText']);
        self::assertSame(str_repeat("\u{6f22}", 166), $text->values['textBody'], '500 bytes are 166 characters and a part');
        self::assertSame('', $bodies->create(Mail::message(['text' => null]))->values['bodyContent']);
    }

    public function testAnAttachmentIsReadOnlyIfOrosSettingsWantIt(): void
    {
        $attachment = Mail::attachment('a.txt', str_repeat('x', 1_000_001));
        $settings = ['oro_email.attachment_sync_enable' => true, 'oro_email.attachment_sync_max_size' => 1];
        $create = static fn (array $settings): array => (new BodyFactory(new EmailEntityBuilder(), new ConfigManager($settings)))
            ->create(Mail::message(['attachments' => [$attachment]]))->values['attachments'];

        self::assertArrayNotHasKey('content', $create($settings)[0]->values, 'larger than one megabyte');
        self::assertArrayNotHasKey('content', $create(['oro_email.attachment_sync_enable' => false] + $settings)[0]->values);
        self::assertSame(0, $attachment->reads);
        $stored = $create(['oro_email.attachment_sync_max_size' => 0] + $settings)[0];
        self::assertSame(
            [base64_encode(str_repeat('x', 1_000_001)), 'base64'],
            [$stored->values['content']->values['content'], $stored->values['content']->values['contentTransferEncoding']]
        );
    }
}
