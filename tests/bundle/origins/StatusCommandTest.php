<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Origins;

use ExchangeMail\Bundle\AddressBook\AddressCheck;
use ExchangeMail\Bundle\Command\StatusCommand;
use ExchangeMail\Bundle\Engine\EngineRequirement;
use ExchangeMail\Bundle\Engine\Readiness;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Settings\SettingLabels;
use ExchangeMail\Bundle\Settings\SettingsProvider;
use ExchangeMail\Bundle\Status\StatusProvider;
use ExchangeMail\Bundle\Status\StatusQuery;
use ExchangeMail\Tests\Bundle\Storing\Host\Blank;
use ExchangeMail\Tests\Bundle\Storing\Oro\Contact;
use ExchangeMail\Tests\Bundle\Storing\OroTestCase;
use Oro\Bundle\OrganizationBundle\Entity\Organization;
use Oro\Bundle\SecurityBundle\Encoder\SymmetricCrypterInterface;
use Symfony\Component\Console\Tester\CommandTester;
use Symfony\Component\Translation\Loader\YamlFileLoader;
use Symfony\Component\Translation\Translator;

/**
 * The command an administrator asks whether mail is being collected.
 */
final class StatusCommandTest extends OroTestCase
{
    public function testAMailboxThatFailedIsShownWithItsRemedyAndFailsTheCommand(): void
    {
        $this->configure();
        $this->mailbox($this->janeId, false);
        $origin = $this->oro->em->find(ExchangeEmailOrigin::class, $this->mailbox($this->johnId, false));
        $origin->recordFailure('X', null, 'No such mailbox.', 'Check the address.');
        $this->oro->em->flush();

        $tester = $this->execute([]);

        self::assertSame(1, $tester->getStatusCode());
        self::assertStringContainsString('jane@example.com', $tester->getDisplay());
        self::assertStringContainsString('No such mailbox.', $tester->getDisplay());
        self::assertStringContainsString('Check the address.', $tester->getDisplay());
        self::assertStringNotContainsString('jane@example.com', $this->execute(['--failed' => true])->getDisplay());
    }

    public function testASwitchedOffIntegrationIsNoFailure(): void
    {
        $tester = $this->execute([]);

        self::assertSame(0, $tester->getStatusCode());
        self::assertStringContainsString('Switch it on in', $tester->getDisplay());
    }

    public function testASettingThatIsMissingFailsTheCommandAndIsNamed(): void
    {
        $this->configure();
        $this->oro->settings['exchange_mail.login'] = '';

        $tester = $this->execute([]);

        self::assertSame(1, $tester->getStatusCode());
        self::assertStringContainsString('Fill in "Login"', $tester->getDisplay());
    }

    public function testBeforeThePlatformUpdateItSaysWhatToRun(): void
    {
        $this->configure();
        $this->oro->em->getConnection()->executeStatement('DROP TABLE exchange_mail_mailbox_state');
        $tester = $this->execute([]);

        self::assertSame(1, $tester->getStatusCode());
        self::assertStringContainsString('oro:platform:update', $tester->getDisplay());
    }

    public function testAddressesThatNoMailCanHaveAreCountedOnDemand(): void
    {
        $this->configure();
        $this->mailbox($this->janeId, false);
        $this->oro->em->persist(new Contact('phone 4711', $this->oro->em->find(Organization::class, $this->organizationId)));
        $this->oro->em->flush();

        self::assertStringContainsString('is looked for: 3. Unusable: 1.', $this->execute(['--addresses' => true])->getDisplay());
        self::assertStringNotContainsString('Unusable', $this->execute([])->getDisplay());
    }

    private function configure(): void
    {
        $this->oro->settings += [
            'exchange_mail.enabled' => true,
            'exchange_mail.server' => 'mail.example.com',
            'exchange_mail.login' => 'svc',
            'exchange_mail.password' => 'encrypted',
            'exchange_mail.domains' => 'example.com',
        ];
    }

    /**
     * @param array<string, mixed> $input
     */
    private function execute(array $input): CommandTester
    {
        $this->oro->em->clear();
        $tester = new CommandTester(new StatusCommand(
            new StatusProvider(new StatusQuery($this->oro->doctrine)),
            new Readiness(
                new SettingsProvider($this->oro->config, Blank::of(SymmetricCrypterInterface::class, ['decryptData' => 'secret'])),
                new EngineRequirement(),
                new SettingLabels(self::translator())
            ),
            new SettingLabels(self::translator()),
            new AddressCheck(
                $this->oro->doctrine,
                $this->services->addressBooks,
                Blank::of(EngineRequirement::class, ['isMet' => true])
            )
        ));
        $tester->execute($input);

        return $tester;
    }

    private static function translator(): Translator
    {
        $translator = new Translator('en');
        $translator->addLoader('yml', new YamlFileLoader());
        $translator->addResource(
            'yml',
            __DIR__ . '/../../../php/src/Bundle/Resources/translations/messages.en.yml',
            'en'
        );

        return $translator;
    }
}
