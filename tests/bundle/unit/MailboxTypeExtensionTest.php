<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Unit;

use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Entity\Repository\ExchangeEmailOriginRepository;
use ExchangeMail\Bundle\Form\Extension\MailboxTypeExtension;
use ExchangeMail\Bundle\Lease\OriginLeases;
use ExchangeMail\Bundle\Manager\SystemMailboxOrigins;
use ExchangeMail\Bundle\Settings\SettingsProvider;
use Oro\Bundle\ConfigBundle\Config\ConfigManager;
use Oro\Bundle\EmailBundle\Entity\EmailOrigin;
use Oro\Bundle\EmailBundle\Entity\Mailbox;
use Oro\Bundle\EmailBundle\Form\Type\MailboxType;
use Oro\Bundle\EmailBundle\Mailbox\MailboxProcessStorage;
use Oro\Bundle\EmailBundle\Validator\Constraints\MailboxOrigin;
use Oro\Bundle\EmailBundle\Validator\Constraints\MailboxOriginValidator;
use Oro\Bundle\FormBundle\Form\Type\OroDateType;
use Oro\Bundle\ImapBundle\Entity\UserEmailOrigin;
use Oro\Bundle\ImapBundle\Form\Type\CheckButtonType;
use Oro\Bundle\ImapBundle\Form\Type\ConfigurationType;
use Oro\Bundle\ImapBundle\Manager\OAuthManagerRegistry;
use Oro\Bundle\OrganizationBundle\Entity\Organization;
use Oro\Bundle\SecurityBundle\Authentication\TokenAccessorInterface;
use Oro\Bundle\SecurityBundle\Encoder\SymmetricCrypterInterface;
use Oro\Bundle\UserBundle\Entity\User;
use PHPUnit\Framework\TestCase;
use Symfony\Component\DependencyInjection\Container;
use Symfony\Component\Form\AbstractTypeExtension;
use Symfony\Component\Form\Extension\Core\Type\FormType;
use Symfony\Component\Form\Extension\Validator\ValidatorExtension;
use Symfony\Component\Form\FormExtensionInterface;
use Symfony\Component\Form\FormInterface;
use Symfony\Component\Form\Forms;
use Symfony\Component\Form\FormTypeGuesserInterface;
use Symfony\Component\Form\FormTypeInterface;
use Symfony\Component\OptionsResolver\OptionsResolver;
use Symfony\Component\Validator\ContainerConstraintValidatorFactory;
use Symfony\Component\Validator\Validation;
use Symfony\Contracts\Translation\TranslatorInterface;

/**
 * Exchange in Oro's real form of a system mailbox; its origin is Oro's too, other inner types, which need half of
 * Oro, are text fields here.
 */
final class MailboxTypeExtensionTest extends TestCase
{
    private const TICKED = ['exchangeMail' => '1', 'email' => 'info@example.com', 'label' => 'Info'];
    private const SMTP = [
        'accountType' => 'other', 'useSmtp' => '1', 'smtpHost' => 'smtp.example.com', 'smtpPort' => '25', 'user' => 'info',
        'password' => 'secret',
    ];

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

        $form->submit(self::TICKED + ['passwordHolder' => 'left over', 'exchangeMailSince' => '2026-03-01']);

        self::assertTrue($form->isValid(), (string)$form->getErrors(true));
        $origin = $mailbox->getOrigin();
        self::assertInstanceOf(ExchangeEmailOrigin::class, $origin);
        self::assertSame('info@example.com', $origin->getMailboxAddress());
        self::assertSame($mailbox->getOrganization(), $origin->getOrganization());
        self::assertSame('2026-03-01', $origin->getSince()->format('Y-m-d'));
        self::assertNull($origin->getSmtpOrigin());
        self::assertTrue($origin->isTooOldToTrigger(new \DateTime('-1 hour'), new \DateTime('-1 hour')));
    }

    public function testOrosOwnValidatorLetsAMailboxOfExchangeBeSaved(): void
    {
        $mailbox = $this->mailbox();
        $this->form($mailbox)->submit(self::TICKED);

        $translator = $this->createMock(TranslatorInterface::class);
        $translator->method('trans')->willReturnArgument(0);
        $validators = new Container();
        $validators->set(MailboxOriginValidator::class, new MailboxOriginValidator($translator));
        $violations = Validation::createValidatorBuilder()
            ->setConstraintValidatorFactory(new ContainerConstraintValidatorFactory($validators))
            ->getValidator()
            ->validate($mailbox->getOrigin(), new MailboxOrigin());

        self::assertCount(0, $violations);
    }

    public function testSmtpSettingsThatAreEnteredWithTheBoxAreKeptBesideExchange(): void
    {
        $mailbox = $this->mailbox();
        $form = $this->form($mailbox)->submit(self::TICKED + ['origin' => self::SMTP]);

        self::assertTrue($form->isValid(), (string)$form->getErrors(true));
        self::assertInstanceOf(ExchangeEmailOrigin::class, $mailbox->getOrigin());
        $smtp = $mailbox->getOrigin()->getSmtpOrigin();
        self::assertSame('smtp.example.com', $smtp->getSmtpHost());
        self::assertNull($smtp->getOwner());
        self::assertFalse($smtp->isSyncEnabled(), 'IMAP does not read the mailbox as well.');
        self::assertSame($mailbox->getOrganization(), $smtp->getOrganization());
    }

    public function testTheImapOriginBeforeIsKeptButNotReadAnyMore(): void
    {
        $mailbox = $this->mailbox();
        $mailbox->setOrigin($imap = self::stored((new UserEmailOrigin())->setUser('info')->setImapHost('imap.example.com')));

        $form = $this->form($mailbox);
        $form->submit(self::TICKED + ['origin' => self::SMTP + ['useImap' => '1', 'imapHost' => 'imap.example.com']]);

        self::assertInstanceOf(ExchangeEmailOrigin::class, $mailbox->getOrigin());
        self::assertSame($imap, $mailbox->getOrigin()->getSmtpOrigin());
        self::assertTrue($imap->isActive(), 'Oro deletes the mail of an origin that is not active.');
        self::assertFalse($imap->isSyncEnabled());
    }

    public function testTheFormOfAMailboxOfExchangeShowsItsSmtpSettingsAndKeepsItsOrigin(): void
    {
        $mailbox = $this->mailbox();
        $smtp = self::stored((new UserEmailOrigin())->setUser('info')->setSmtpHost('smtp.example.com'));
        $origin = (new ExchangeEmailOrigin())->setMailboxAddress('info@example.com')->setSmtpOrigin($smtp);
        $origin->setSince(new \DateTimeImmutable('2026-03-01'));
        $mailbox->setOrigin($origin);

        $form = $this->form($mailbox);
        self::assertSame($smtp, $form->get('origin')->getData());
        self::assertTrue($form->get('exchangeMail')->getData());
        self::assertSame('2026-03-01', $form->get('exchangeMailSince')->getData()->format('Y-m-d'));

        $smtpFields = ['smtpHost' => 'mx.example.com'] + self::SMTP;
        $form->submit(self::TICKED + ['exchangeMailSince' => '2026-03-01', 'origin' => $smtpFields]);
        self::assertTrue($form->isValid(), (string)$form->getErrors(true));
        self::assertSame($origin, $mailbox->getOrigin());
        self::assertSame($smtp, $origin->getSmtpOrigin());
        self::assertSame('mx.example.com', $smtp->getSmtpHost());
        self::assertTrue($origin->isActive());
        self::assertTrue($origin->isSyncEnabled());
    }

    public function testAnUntickedBoxTakesTheMailboxFromExchangeAndGivesItItsOwnOriginBack(): void
    {
        $mailbox = $this->mailbox();
        $smtp = self::stored((new UserEmailOrigin())->setUser('info')->setSmtpHost('smtp.example.com'));
        $smtp->setIsSyncEnabled(false);
        $origin = (new ExchangeEmailOrigin())->setMailboxAddress('info@example.com')->setSmtpOrigin($smtp);
        $mailbox->setOrigin($origin);

        $this->form($mailbox)->submit(['exchangeMail' => null, 'origin' => self::SMTP] + self::TICKED);

        self::assertSame($smtp, $mailbox->getOrigin());
        self::assertTrue($smtp->isSyncEnabled());
        self::assertTrue($origin->isActive(), 'Oro shows no mail of an origin that is not active.');
        self::assertFalse($origin->isSyncEnabled());
    }

    public function testAnUntickedBoxOfAMailboxWithoutSmtpLeavesItWithoutAnOrigin(): void
    {
        $mailbox = $this->mailbox();
        $mailbox->setOrigin((new ExchangeEmailOrigin())->setMailboxAddress('info@example.com'));

        $this->form($mailbox)->submit(['exchangeMail' => null] + self::TICKED);

        self::assertNull($mailbox->getOrigin());
    }

    public function testAMailboxOutsideTheDomainListIsRefused(): void
    {
        $mailbox = $this->mailbox();
        $form = $this->form($mailbox)->submit(['email' => 'info@example.org'] + self::TICKED);

        self::assertFalse($form->isValid());
        self::assertStringContainsString('exchange_mail.mailbox.outside_domains', (string)$form->getErrors(true));
        self::assertNull($mailbox->getOrigin());
    }

    public function testNothingIsOfferedWhileTheIntegrationIsOff(): void
    {
        self::assertFalse($this->form($this->mailbox(), false)->has('exchangeMail'));
    }

    private static function stored(UserEmailOrigin $origin): UserEmailOrigin
    {
        (new \ReflectionProperty(EmailOrigin::class, 'id'))->setValue($origin, 7);

        return $origin;
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

        $crypter->method('encryptData')->willReturnArgument(0);
        $doctrine = $this->createMock(ManagerRegistry::class);
        $doctrine->method('getRepository')->willReturn($this->createMock(ExchangeEmailOriginRepository::class));

        $token = $this->createMock(TokenAccessorInterface::class);
        $token->method('getOrganization')->willReturn(new Organization());
        $token->method('getUser')->willReturn(new User());

        $extension = new MailboxTypeExtension(
            new SystemMailboxOrigins($doctrine, new OriginLeases($doctrine)),
            new SettingsProvider($config, $crypter),
            $translator
        );

        return Forms::createFormFactoryBuilder()
            ->addType(new MailboxType($storage, $crypter, $this->createMock(OAuthManagerRegistry::class)))
            ->addType(new ConfigurationType($crypter, $token, $translator))
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
                return match (true) {
                    str_ends_with($name, 'MultiSelectType') => new InnerListType(),
                    OroDateType::class === $name => new OroDateType(),
                    CheckButtonType::class === $name => new CheckButtonType(),
                    default => new InnerType(),
                };
            }

            public function hasType(string $name): bool
            {
                return str_starts_with($name, 'Oro\\') && !\in_array($name, [MailboxType::class, ConfigurationType::class], true);
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
