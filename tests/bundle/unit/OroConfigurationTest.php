<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Unit;

use ExchangeMail\Bundle\DependencyInjection\Configuration;
use Oro\Bundle\ConfigBundle\DependencyInjection\SystemConfiguration\ProcessorDecorator;
use Oro\Bundle\DataGridBundle\Extension\Formatter\Configuration as ColumnsConfiguration;
use Oro\Bundle\DataGridBundle\Extension\Sorter\Configuration as SortersConfiguration;
use Oro\Bundle\FilterBundle\Grid\Extension\Configuration as FiltersConfiguration;
use Oro\Bundle\NavigationBundle\Configuration\NavigationConfiguration;
use PHPUnit\Framework\TestCase;
use Symfony\Component\Config\Definition\Processor;
use Symfony\Component\Yaml\Yaml;

/**
 * Whether Oro's own definitions of its configuration files accept ours.
 */
final class OroConfigurationTest extends TestCase
{
    protected function setUp(): void
    {
        if ('' === (string)getenv('ORO_PLATFORM_DIR')) {
            fwrite(\STDERR, "SKIPPED: our configuration files by Oro's definitions (set ORO_PLATFORM_DIR to a source tree)\n");
            self::markTestSkipped('ORO_PLATFORM_DIR is not set.');
        }
    }

    public function testOroTakesTheSystemConfigurationAndKnowsEachOfItsSettings(): void
    {
        $settings = (new Processor())->processConfiguration(new Configuration(), [])['settings'];
        $names = array_map(
            static fn (string $name): string => Configuration::key($name),
            array_keys(array_diff_key($settings, ['resolved' => null]))
        );
        $decorator = new ProcessorDecorator(new Processor(), $names);
        $merged = $decorator->merge([], self::read('system_configuration.yml'));

        $processed = $decorator->process($merged);

        self::assertEqualsCanonicalizing(
            [...$names, 'exchange_mail.check_connection', 'exchange_mail.user_mailbox'],
            array_keys($processed['fields'])
        );
        $groups = $processed['tree']['system_configuration']['platform']['children']['integrations']['children'];
        $own = self::findUserGroups($processed);
        self::assertNotSame([], self::findUserGroups(self::readOros('EmailBundle')['system_configuration']), 'Beside Oro\'s own.');
        $fields = array_merge(
            $own['exchange_mail_user_mailbox']['children'],
            ...array_column(array_values($groups['exchange_mail_settings']['children']), 'children')
        );
        self::assertEqualsCanonicalizing(array_keys($processed['fields']), $fields, 'Each field is shown.');
    }

    /**
     * @testWith ["exchange-mail-status-grid"]
     *           ["exchange-mail-failed-items-grid"]
     */
    public function testOroTakesTheColumnsSortersAndFiltersOfEachGrid(string $name): void
    {
        $grid = self::read('datagrids.yml')['datagrids'][$name];
        $processor = new Processor();

        $columns = $processor->processConfiguration(new ColumnsConfiguration(['field', 'twig', 'url'], 'columns'), [$grid['columns']]);
        $processor->processConfiguration(new ColumnsConfiguration(['field', 'url'], 'properties'), [array_filter($grid['properties'])]);
        $sorters = $processor->processConfiguration(new SortersConfiguration(), [$grid['sorters']]);
        $filters = $processor->processConfiguration(
            new FiltersConfiguration(['string', 'boolean', 'datetime', 'number', 'choice']),
            [$grid['filters']]
        );

        self::assertSame([], array_diff(array_keys($sorters['columns']), array_keys($columns)));
        self::assertSame([], array_diff(array_keys($filters['columns']), array_keys($columns), ['lastErrorException']));
    }

    public function testOroTakesTheMenu(): void
    {
        $menu = (new Processor())->processConfiguration(new NavigationConfiguration(), [self::read('navigation.yml')['navigation']]);

        self::assertSame('exchange_mail_status', $menu['menu_config']['items']['exchange_mail_status']['route']);
    }

    /**
     * @param array<string, mixed> $configuration
     *
     * @return array<string, mixed> groups of the e-mail page in My Configuration
     */
    private static function findUserGroups(array $configuration): array
    {
        $setup = $configuration['tree']['user_configuration']['platform']['children']['general_setup']['children'];

        return $setup['user_email_configuration']['children'];
    }

    /**
     * @return array<string, mixed>
     */
    private static function readOros(string $bundle): array
    {
        $tree = explode(':', (string)getenv('ORO_PLATFORM_DIR'))[0];

        return Yaml::parseFile(\sprintf('%s/src/Oro/Bundle/%s/Resources/config/oro/system_configuration.yml', $tree, $bundle));
    }

    /**
     * @return array<string, mixed>
     */
    private static function read(string $file): array
    {
        return Yaml::parseFile(\dirname(__DIR__, 3) . '/php/src/Bundle/Resources/config/oro/' . $file);
    }
}
