<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Contract;

use PHPUnit\Framework\TestCase;

/**
 * Whether everything of Oro that php/ uses exists in each supported version, with fitting signatures.
 */
final class ContractTest extends TestCase
{
    /**
     * @dataProvider provideVersions
     */
    public function testEverythingThatTheBundleUsesFitsThisVersionOfOro(string $version): void
    {
        $problems = (new Contract())->check(Facts::load(Contract::getFactsFile($version)));

        self::assertSame([], $problems, "What is new in php/ has to be looked up in Oro: run tests/contract/extract.php.\n");
    }

    /**
     * @dataProvider provideVersions
     */
    public function testTheFactsAreThoseOfAReleasedTag(string $version): void
    {
        self::assertSame(
            Contract::RELEASES[$version],
            Facts::load(Contract::getFactsFile($version))->get('release', 'oro/platform')
        );
    }

    /**
     * @dataProvider provideVersions
     */
    public function testWhatIsCalledAbsentIsAbsentAndWhatIsNotIsThere(string $version): void
    {
        $facts = Facts::load(Contract::getFactsFile($version));
        $absent = array_filter(
            array_keys(Contract::ABSENT),
            static fn (string $name): bool => null === $facts->getClass($name) && !$facts->has('tags', $name)
        );

        self::assertSame(Contract::getAbsent($version), array_values($absent));
    }

    public function testTheFactsAreThoseOfTheSourceTree(): void
    {
        $trees = Contract::getTrees();
        if ([] === $trees) {
            fwrite(\STDERR, "SKIPPED: facts against real Oro (set ORO_PLATFORM_DIR to source trees, separated by \":\")\n");
            self::markTestSkipped('ORO_PLATFORM_DIR is not set.');
        }

        foreach ($trees as $directory) {
            $tree = new OroTree($directory);
            $facts = (new Contract())->extract($tree);
            $facts->add('release', 'oro/platform', Contract::RELEASES[$facts->version]);
            self::assertStringEqualsFile(
                Contract::getFactsFile($tree->getVersion()),
                $facts->toJson(),
                'Run tests/contract/extract.php and see what changed.'
            );
        }
    }

    /**
     * @dataProvider provideVersions
     */
    public function testAUseOfWhatOroDoesNotHaveIsReported(string $version): void
    {
        $problems = implode("\n", (new Contract(__DIR__ . '/fixtures/wrong-uses'))->check(
            Facts::load(Contract::getFactsFile($version))
        ));

        foreach (
            [
            'unknown class Oro\Bundle\EmailBundle\Entity\NoSuchEntity',
            'unknown class Oro\Bundle\EmailBundle\NoSuchClass',
            'unknown method Oro\Bundle\EmailBundle\Entity\EmailOrigin::getNoSuchThing',
            'EmailOrigin::getOrganization takes 0 to 0 arguments, not 1',
            'unknown constant Oro\Bundle\ConfigBundle\Config\ConfigManager::NO_SUCH_CONSTANT',
            'unknown name "oro_email.no_such_setting"',
            'unknown field "Oro\Bundle\EmailBundle\Entity\EmailOrigin::noSuchField"',
            'unknown field "Oro\Bundle\UserBundle\Entity\User::noSuchFieldEither"',
            'no table that php/ uses has a column "no_such_column"',
            'does not implement Oro\Bundle\EmailBundle\Provider\EmailBodyLoaderInterface::loadEmailBody()',
            'the additional argument "$additional" is not optional',
            'unknown service "oro_email.no_such_service"',
            'unknown tag "oro_email.no_such_tag"',
            'unknown template "@OroUI/no/such/template.html.twig"',
            'unknown twig "oro_no_such_function"',
            'unknown module "oroui/js/no-such-module"',
            ] as $expected
        ) {
            self::assertStringContainsString($expected, $problems);
        }
    }

    /**
     * @dataProvider provideVersions
     */
    public function testAFactThatIsMissingFailsTheCheck(string $version): void
    {
        $data = json_decode((string)file_get_contents(Contract::getFactsFile($version)), true, 512, \JSON_THROW_ON_ERROR);
        unset($data['classes']['Oro\Bundle\EmailBundle\Entity\EmailOrigin']['methods']['getMailbox']);
        unset($data['services']['oro_security.encoder.default']);

        $problems = implode("\n", (new Contract())->check(new Facts($version, $data)));

        self::assertStringContainsString('EmailOrigin::getMailbox', $problems);
        self::assertStringContainsString('unknown service "oro_security.encoder.default"', $problems);
    }

    /**
     * @return iterable<string, array{0: string}>
     */
    public static function provideVersions(): iterable
    {
        foreach (Contract::VERSIONS as $version) {
            yield 'Oro ' . $version => [$version];
        }
    }
}
