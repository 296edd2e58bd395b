<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Unit;

use Doctrine\ORM\EntityManagerInterface;
use Doctrine\ORM\EntityRepository;
use Doctrine\ORM\Mapping\ClassMetadataFactory;
use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Migrations\EmailTemplates;
use Oro\Bundle\EmailBundle\Entity\EmailTemplate;
use PHPUnit\Framework\TestCase;

/**
 * Which e-mail templates count as edited; EmailTemplatesTest of the origins tests has them in a database.
 */
final class EmailTemplatesTest extends TestCase
{
    private const NAME = 'exchange_mail_mailbox_refused';
    private const SUBJECT = 'Microsoft Exchange does not let the service account open mailboxes';

    public function testATemplateIsUntouchedWhileItSaysWhatItsFileSays(): void
    {
        $file = \dirname(__DIR__, 3) . '/php/src/Bundle/Migrations/Data/ORM/emails/' . self::NAME . '.html.twig';
        $content = strstr((string)file_get_contents($file), '<p>');

        self::assertTrue($this->isUntouched(self::SUBJECT, trim((string)$content)));
        self::assertFalse($this->isUntouched(self::SUBJECT, $content . '<p>Call 4711.</p>'));
        self::assertFalse($this->isUntouched(self::SUBJECT, null));
        self::assertFalse($this->isUntouched('A mailbox is not read', $content));
        self::assertFalse($this->isUntouched(null, $content));
    }

    private function isUntouched(?string $subject, ?string $content): bool
    {
        $template = $this->createMock(EmailTemplate::class);
        $template->method('getName')->willReturn(self::NAME);
        $template->method('getSubject')->willReturn($subject);
        $template->method('getContent')->willReturn($content);
        $repository = $this->createMock(EntityRepository::class);
        $repository->method('findBy')
            ->with(['name' => ['exchange_mail_account_refused', self::NAME]])
            ->willReturn([$template]);
        $metadata = $this->createMock(ClassMetadataFactory::class);
        $metadata->method('getAllMetadata')->willReturn([]);
        $em = $this->createMock(EntityManagerInterface::class);
        $em->method('getRepository')->willReturn($repository);
        $em->method('getMetadataFactory')->willReturn($metadata);
        $doctrine = $this->createMock(ManagerRegistry::class);
        $doctrine->method('getManagerForClass')->willReturn($em);
        $templates = new EmailTemplates($doctrine);

        self::assertCount(1, [...$templates->getUntouched(), ...$templates->getTouched()]);

        return [] === $templates->getTouched();
    }
}
