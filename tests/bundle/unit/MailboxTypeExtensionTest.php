<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Unit;

use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Form\Extension\MailboxTypeExtension;
use ExchangeMail\Bundle\Manager\SystemMailboxOrigins;
use ExchangeMail\Bundle\Settings\SettingsProvider;
use Oro\Bundle\ConfigBundle\Config\ConfigManager;
use Oro\Bundle\EmailBundle\Entity\EmailOrigin;
use Oro\Bundle\EmailBundle\Entity\Mailbox;
use Oro\Bundle\EmailBundle\Form\Type\MailboxType;
use Oro\Bundle\EmailBundle\Mailbox\MailboxProcessStorage;
use Oro\Bundle\ImapBundle\Entity\UserEmailOrigin;
use Oro\Bundle\ImapBundle\Manager\OAuthManagerRegistry;
use Oro\Bundle\OrganizationBundle\Entity\Organization;
use Oro\Bundle\SecurityBundle\Encoder\SymmetricCrypterInterface;
use PHPUnit\Framework\TestCase;
use Symfony\Component\Form\AbstractTypeExtension;
use Symfony\Component\Form\Extension\Core\Type\FormType;
use Symfony\Component\Form\Extension\Validator\ValidatorExtension;
use Symfony\Component\Form\FormExtensionInterface;
use Symfony\Component\Form\FormInterface;
use Symfony\Component\Form\Forms;
use Symfony\Component\Form\FormTypeGuesserInterface;
use Symfony\Component\Form\FormTypeInterface;
use Symfony\Component\OptionsResolver\OptionsResolver;
use Symfony\Component\Validator\Validation;
use Symfony\Contracts\Translation\TranslatorInterface;

/**
 * Exchange in Oro's real form of a system mailbox; the form's inner types, which need half of Oro, are text fields here.
 */
final class MailboxTypeExtensionTest extends TestCase
{
    protected function setUp(): void
    {
        if ('' === (string)getenv('ORO_PLATFORM_DIR') || !class_exists(\Egulias\EmailValidator\EmailValidator::class)) {
            fwrite(\STDERR, "SKIPPED: Exchange in Oro's mailbox form (needs ORO_PLATFORM_DIR and php-email-validator)\n");
            self::markTestSkipped('ORO_PLATFORM_DIR or egulias/email-validator is missing.');
        }
    }

    public function testAMailboxIsReadFromExchangeOnceItsBoxIsTicked(): void
    {
        $mailbox = $this->mailbox();
        $form = $this->form($mailbox);
        self::assertTrue($form->has('origin'));
        self::assertFalse($form->get('exchangeMail')->getData());

        $form->submit(['exchangeMail' => '1', 'email' => 'info@example.com', 'label' => 'Info', 'passwordHolder' => 'left over']);

        self::assertTrue($form->isValid(), (string)$form->getErrors(true));
        self::assertInstanceOf(ExchangeEmailOrigin::class, $mailbox->getOrigin());
        self::assertSame('info@example.com', $mailbox->getOrigin()->getMailboxAddress());
        self::assertSame($mailbox->getOrganization(), $mailbox->getOrigin()->getOrganization());
    }

    public function testTheImapOriginBeforeIsSwitchedOff(): void
    {
        $mailbox = $this->mailbox();
        $imap = (new UserEmailOrigin())->setUser('info');
        (new \ReflectionProperty(EmailOrigin::class, 'id'))->setValue($imap, 7);
        $mailbox->setOrigin($imap);

        $this->form($mailbox)->submit(['exchangeMail' => '1', 'email' => 'info@example.com', 'label' => 'Info']);

        self::assertInstanceOf(ExchangeEmailOrigin::class, $mailbox->getOrigin());
        self::assertFalse($imap->isActive());
    }

    public function testTheFormOfAMailboxOfExchangeOpensWithoutImapFieldsAndKeepsItsOrigin(): void
    {
        $mailbox = $this->mailbox();
        $origin = (new ExchangeEmailOrigin())->setMailboxAddress('info@example.com');
        $mailbox->setOrigin($origin);

        $form = $this->form($mailbox);
        self::assertFalse($form->has('origin'));
        self::assertFalse($form->has('passwordHolder'));
        self::assertTrue($form->get('exchangeMail')->getData());

        $form->submit(['exchangeMail' => '1', 'email' => 'info@example.com', 'label' => 'Info']);
        self::assertSame($origin, $mailbox->getOrigin());
        self::assertTrue($origin->isActive());
    }

    public function testAnUntickedBoxTakesTheMailboxFromExchange(): void
    {
        $mailbox = $this->mailbox();
        $origin = (new ExchangeEmailOrigin())->setMailboxAddress('info@example.com');
        $mailbox->setOrigin($origin);

        $this->form($mailbox)->submit(['email' => 'info@example.com', 'label' => 'Info']);

        self::assertNull($mailbox->getOrigin());
        self::assertFalse($origin->isActive());
    }

    public function testAMailboxOutsideTheDomainListIsRefused(): void
    {
        $mailbox = $this->mailbox();
        $form = $this->form($mailbox)->submit(['exchangeMail' => '1', 'email' => 'info@example.org', 'label' => 'Info']);

        self::assertFalse($form->isValid());
        self::assertStringContainsString('exchange_mail.mailbox.outside_domains', (string)$form->getErrors(true));
        self::assertNull($mailbox->getOrigin());
    }

    public function testNothingIsOfferedWhileTheIntegrationIsOff(): void
    {
        self::assertFalse($this->form($this->mailbox(), false)->has('exchangeMail'));
    }

    private function mailbox(): Mailbox
    {
        $mailbox = new Mailbox();
        $mailbox->setOrganization((new \ReflectionClass(Organization::class))->newInstanceWithoutConstructor());

        return $mailbox;
    }

    private function form(Mailbox $mailbox, bool $isEnabled = true): FormInterface
    {
        $config = $this->createMock(ConfigManager::class);
        $stored = ['exchange_mail.enabled' => $isEnabled, 'exchange_mail.domains' => 'example.com'];
        $config->method('get')->willReturnCallback(static fn (string $name): mixed => $stored[$name] ?? null);
        $crypter = $this->createMock(SymmetricCrypterInterface::class);
        $translator = $this->createMock(TranslatorInterface::class);
        $translator->method('trans')->willReturnArgument(0);
        $storage = $this->createMock(MailboxProcessStorage::class);
        $storage->method('getProcessTypeChoiceList')->willReturn([]);

        $extension = new MailboxTypeExtension(
            new SystemMailboxOrigins($this->createMock(ManagerRegistry::class)),
            new SettingsProvider($config, $crypter),
            $translator
        );

        return Forms::createFormFactoryBuilder()
            ->addType(new MailboxType($storage, $crypter, $this->createMock(OAuthManagerRegistry::class)))
            ->addTypeExtension($extension)
            ->addTypeExtension(self::tooltip())
            ->addExtension(self::innerTypes())
            ->addExtension(new ValidatorExtension(Validation::createValidator()))
            ->getFormFactory()
            ->create(MailboxType::class, $mailbox);
    }

    private static function tooltip(): AbstractTypeExtension
    {
        return new class () extends AbstractTypeExtension {
            public function configureOptions(OptionsResolver $resolver): void
            {
                $resolver->setDefined(['tooltip']);
            }

            public static function getExtendedTypes(): iterable
            {
                return [FormType::class];
            }
        };
    }

    private static function innerTypes(): FormExtensionInterface
    {
        return new class () implements FormExtensionInterface {
            public function getType(string $name): FormTypeInterface
            {
                return str_ends_with($name, 'MultiSelectType') ? new InnerListType() : new InnerType();
            }

            public function hasType(string $name): bool
            {
                return str_starts_with($name, 'Oro\\') && MailboxType::class !== $name;
            }

            public function getTypeExtensions(string $name): array
            {
                return [];
            }

            public function hasTypeExtensions(string $name): bool
            {
                return false;
            }

            public function getTypeGuesser(): ?FormTypeGuesserInterface
            {
                return null;
            }
        };
    }
}
