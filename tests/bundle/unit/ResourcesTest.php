<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Unit;

use ExchangeMail\Bundle\Command\Cron\ExchangeSyncCommand;
use ExchangeMail\Bundle\Command\WatchCommand;
use PHPUnit\Framework\TestCase;
use Symfony\Component\Yaml\Yaml;

/**
 * Whether texts, routes, templates and scripts that files of the bundle name exist.
 */
final class ResourcesTest extends TestCase
{
    private const BUNDLE = __DIR__ . '/../../../php/src/Bundle';

    public function testEveryTextThatIsNamedIsTranslated(): void
    {
        $texts = [];
        foreach (glob(self::BUNDLE . '/Resources/translations/*.en.yml') ?: [] as $file) {
            $texts += array_flip(self::flatten(Yaml::parseFile($file)));
        }

        $missing = [];
        foreach ($this->getFiles() as $path => $source) {
            preg_match_all('~[\'"\s](exchange_mail(?:\.\w+)+)~', $source, $named);
            foreach ($named[1] as $key) {
                // what a compiler pass names are services
                $isText = (bool)preg_match('~/(?:translations|Compiler)/~', $path) || isset($texts[$key])
                    || $this->isOtherId($key, $source);
                if (!$isText) {
                    $missing[] = basename($path) . ': ' . $key;
                }
            }
        }

        self::assertSame([], array_values(array_unique($missing)));
    }

    public function testEveryTextIsUsed(): void
    {
        $sources = implode("\n", array_filter(
            iterator_to_array($this->getFiles()),
            static fn (string $path): bool => !str_contains($path, '/translations/'),
            \ARRAY_FILTER_USE_KEY
        ));

        $unused = [];
        foreach (glob(self::BUNDLE . '/Resources/translations/*.en.yml') ?: [] as $file) {
            foreach (self::flatten(Yaml::parseFile($file)) as $key) {
                if (str_starts_with($key, 'exchange_mail.') && !self::isUsed($key, $sources)) {
                    $unused[] = $key;
                }
            }
        }

        self::assertSame([], $unused);
    }

    public function testEveryEntityAndEachOfItsFieldsHasALabelAsOroLooksForIt(): void
    {
        $texts = Yaml::parseFile(self::BUNDLE . '/Resources/translations/messages.en.yml')['exchangemail'];
        $labels = array_map(self::flatten(...), $texts);

        $expected = [];
        foreach (glob(self::BUNDLE . '/Resources/config/doctrine/*.orm.xml') ?: [] as $file) {
            $names = ['entity_label', 'entity_plural_label', 'entity_description'];
            $mapping = (string)file_get_contents($file);
            preg_match_all('~<(?:id|field) name="(\w+)"|<[\w-]+-to-one field="(\w+)"~', $mapping, $fields, \PREG_SET_ORDER);
            foreach ($fields as $field) {
                $names[] = strtolower((string)preg_replace('~(?<=[a-z])[A-Z]~', '_$0', end($field))) . '.label';
            }
            $expected[strtolower(basename($file, '.orm.xml'))] = $names;
        }

        self::assertNotSame([], $expected);
        self::assertEqualsCanonicalizing(array_keys($expected), array_keys($labels));
        foreach ($expected as $entity => $names) {
            // those that have no id of their own in the mapping have Oro's
            self::assertEqualsCanonicalizing(array_unique([...$names, 'id.label']), $labels[$entity], $entity);
        }
    }

    public function testEveryRouteLeadsToAMethodAndEveryNamedRouteExists(): void
    {
        $routes = Yaml::parseFile(self::BUNDLE . '/Resources/config/oro/routing.yml');
        foreach ($routes as $name => $route) {
            self::assertStringStartsWith('exchange_mail_', $name);
            self::assertTrue(method_exists(...explode('::', $route['controller'])), $route['controller']);
        }
        foreach (['navigation.yml', 'datagrids.yml', 'features.yml'] as $file) {
            $source = (string)file_get_contents(self::BUNDLE . '/Resources/config/oro/' . $file);
            preg_match_all('~route: (exchange_mail_\w+)~', $source, $named);
            foreach ($named[1] as $name) {
                self::assertArrayHasKey($name, $routes);
            }
        }
        foreach (Yaml::parseFile(self::BUNDLE . '/Resources/config/oro/features.yml')['features']['email']['routes'] as $name) {
            self::assertArrayHasKey($name, $routes);
        }
    }

    public function testWhatTheMessageQueueKeepsIsPublicAndDependsOnNothing(): void
    {
        $services = [];
        foreach (glob(self::BUNDLE . '/Resources/config/*.yml') ?: [] as $file) {
            $services += Yaml::parseFile($file, Yaml::PARSE_CUSTOM_TAGS)['services'] ?? [];
        }
        $kept = Yaml::parseFile(self::BUNDLE . '/Resources/config/oro/app.yml')['oro_message_queue']['persistent_services'];
        self::assertNotSame([], $kept);
        foreach ($kept as $id) {
            self::assertTrue($services[$id]['public'], $id);
            self::assertArrayNotHasKey('arguments', $services[$id], $id);
        }
    }

    public function testTheCommandsThatReadMailGoWithOrosEmailFeature(): void
    {
        $feature = Yaml::parseFile(self::BUNDLE . '/Resources/config/oro/features.yml')['features']['email'];

        self::assertSame([ExchangeSyncCommand::getDefaultName(), WatchCommand::getDefaultName()], $feature['commands']);
        self::assertSame([ExchangeSyncCommand::getDefaultName()], $feature['cron_jobs']);
    }

    public function testEveryTemplateAndScriptThatIsNamedExists(): void
    {
        foreach ($this->getFiles() as $path => $source) {
            preg_match_all('~@ExchangeMail/([\w/]+\.html\.twig)~', $source, $templates);
            foreach ($templates[1] as $template) {
                self::assertFileExists(self::BUNDLE . '/Resources/views/' . $template, $path);
            }
            preg_match_all('~[\'" ]exchangemail/(js/[\w/-]+)~', $source, $scripts);
            foreach ($scripts[1] as $script) {
                self::assertFileExists(self::BUNDLE . '/Resources/public/' . $script . '.js', $path);
            }
        }
    }

    public function testEveryAclResourceThatIsNamedIsDeclaredAndBoundToAnAction(): void
    {
        $resources = Yaml::parseFile(self::BUNDLE . '/Resources/config/oro/acls.yml')['acls'];
        foreach ($resources as $resource) {
            foreach ($resource['bindings'] as $binding) {
                self::assertTrue(method_exists($binding['class'], $binding['method']));
            }
        }
        foreach ($this->getFiles() as $path => $source) {
            preg_match_all('~(?:acl_resource(?:_id)?: |isGranted\(\'|denyUnlessGranted\(\')(exchange_mail_\w+)~', $source, $named);
            foreach ($named[1] as $name) {
                self::assertArrayHasKey($name, $resources, $path);
            }
        }
    }

    /**
     * Named in full, or by its beginning where the rest is a value; which settings are needed is a matter of the login scheme.
     */
    private static function isUsed(string $key, string $sources): bool
    {
        if (1 === preg_match('~^exchange_mail\.(\w+)\.needed$~', $key, $setting)) {
            return 'mailbox' === $setting[1] || isset(ConfigurationForm::getFields()['exchange_mail.' . $setting[1]]);
        }
        $parts = explode('.', $key);
        $beginnings = array_map(
            static fn (int $length): string => implode('.', \array_slice($parts, 0, $length)) . ".'",
            range(2, \count($parts) - 1)
        );
        // of these only the rest is a value
        $beginnings = array_diff($beginnings, [
            "exchange_mail.system_configuration.'",
            ...(str_ends_with($key, '_needed') ? [] : ["exchange_mail.check_connection.'"]),
        ]);
        foreach ([...$beginnings, "'" . substr($key, \strlen('exchange_mail.system_configuration.')) . "'"] as $part) {
            if (str_contains($sources, $part)) {
                return true;
            }
        }

        return 1 === preg_match('~' . preg_quote($key, '~') . '(?![\w.])~', $sources);
    }

    /**
     * Services, settings and fields are named like texts.
     */
    private function isOtherId(string $key, string $source): bool
    {
        return str_contains($source, $key . ':')
            || str_contains($source, '@' . $key)
            || str_contains($source, "- '" . $key . "'")
            || str_contains($source, $key . ".' .")
            || str_contains($source, "return '" . $key . "'")
            || \array_key_exists($key, ConfigurationForm::getFields());
    }

    /**
     * @return iterable<string, string>
     */
    private function getFiles(): iterable
    {
        $files = new \RecursiveIteratorIterator(new \RecursiveDirectoryIterator(self::BUNDLE, \FilesystemIterator::SKIP_DOTS));
        foreach ($files as $file) {
            yield $file->getPathname() => (string)file_get_contents($file->getPathname());
        }
    }

    /**
     * @param array<string, mixed> $tree
     *
     * @return list<string>
     */
    private static function flatten(array $tree, string $prefix = ''): array
    {
        $keys = [];
        foreach ($tree as $key => $value) {
            $keys = [...$keys, ...(\is_array($value) ? self::flatten($value, $prefix . $key . '.') : [$prefix . $key])];
        }

        return $keys;
    }
}
