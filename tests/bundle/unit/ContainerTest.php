<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Unit;

use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\DependencyInjection\ExchangeMailExtension;
use ExchangeMail\Bundle\ExchangeMailBundle;
use ExchangeMail\Tests\Contract\Contract;
use ExchangeMail\Tests\Contract\Facts;
use PHPUnit\Framework\TestCase;
use Psr\Log\LoggerInterface;
use Symfony\Component\Console\Command\Command;
use Symfony\Component\DependencyInjection\Compiler\CheckTypeDeclarationsPass;
use Symfony\Component\DependencyInjection\Compiler\PassConfig;
use Symfony\Component\DependencyInjection\ContainerBuilder;
use Symfony\Component\DependencyInjection\Definition;
use Symfony\Component\EventDispatcher\EventDispatcher;
use Symfony\Component\Routing\RouterInterface;
use Symfony\Component\Security\Core\Authentication\Token\Storage\TokenStorageInterface;
use Symfony\Component\Security\Core\Authorization\AuthorizationCheckerInterface;
use Symfony\Component\Validator\Validator\ValidatorInterface;
use Symfony\Component\Yaml\Yaml;
use Symfony\Contracts\Translation\TranslatorInterface;
use Twig\Environment;

/**
 * Whether the bundle boots, and every service gets what its constructor asks for, with and without the native extension.
 */
final class ContainerTest extends TestCase
{
    private const HOST = [
        'doctrine' => ManagerRegistry::class,
        'logger' => LoggerInterface::class,
        'translator' => TranslatorInterface::class,
        'validator' => ValidatorInterface::class,
        'router' => RouterInterface::class,
        'twig' => Environment::class,
        'event_dispatcher' => EventDispatcher::class,
        'security.authorization_checker' => AuthorizationCheckerInterface::class,
        'security.token_storage' => TokenStorageInterface::class,
    ];

    public function testTheContainerCompilesAndEachServiceFitsItsConstructor(): void
    {
        $container = $this->load();
        $own = array_filter(
            $container->getDefinitions(),
            static fn (Definition $definition): bool => str_starts_with((string)$definition->getClass(), 'ExchangeMail\\')
        );
        foreach ($own as $definition) {
            $definition->setPublic(true);
        }
        $container->addCompilerPass(new CheckTypeDeclarationsPass(true), PassConfig::TYPE_AFTER_REMOVING);
        $container->compile();

        self::assertGreaterThan(30, \count($own));
        foreach (array_keys($own) as $id) {
            self::assertTrue($container->has($id), $id);
        }
    }

    public function testOroFindsTheSettingsUnderTheBundlesAlias(): void
    {
        self::assertSame('exchange_mail', (new ExchangeMailBundle())->getContainerExtension()?->getAlias());

        $settings = $this->load()->getExtensionConfig('exchange_mail')[0]['settings'];
        foreach (array_keys(ConfigurationForm::getFields()) as $field) {
            $name = substr($field, \strlen('exchange_mail.'));
            if (!\in_array($name, ['check_connection', 'user_mailbox'], true)) {
                self::assertArrayHasKey($name, $settings);
            }
        }
        self::assertFalse($settings['enabled']['value']);
    }

    public function testEachCommandCanBeMadeByItsName(): void
    {
        $commands = $this->load()->findTaggedServiceIds('console.command');

        self::assertNotEmpty($commands);
        foreach (array_keys($commands) as $class) {
            self::assertTrue(is_subclass_of($class, Command::class));
            self::assertMatchesRegularExpression('~^oro:(cron:exchange-\w+|exchange:\w+)$~', (string)$class::getDefaultName());
        }
    }

    /**
     * @dataProvider idsThatOroTakesFromTheContainer
     *
     * @param callable(ContainerBuilder): list<string> $ids
     */
    public function testWhatOroTakesFromTheContainerByItsIdIsPublic(callable $ids): void
    {
        $container = $this->load();
        $found = $ids($container);

        self::assertNotEmpty($found);
        foreach ($found as $id) {
            self::assertTrue($container->getDefinition($id)->isPublic(), $id);
        }
    }

    /**
     * @return iterable<string, array{callable(ContainerBuilder): list<string>}>
     */
    public static function idsThatOroTakesFromTheContainer(): iterable
    {
        // EmailSynchronizationManager::syncOrigins()
        yield 'synchronizers' => [
            static fn (ContainerBuilder $container): array
                => array_keys($container->findTaggedServiceIds('oro_email.email_synchronizer')),
        ];
        // Consumption\Extension\ContainerClearer
        yield 'services that outlive a message' => [
            static fn (): array => self::resource('app.yml')['oro_message_queue']['persistent_services'],
        ];
        // "@service::method" and "@service->method" are resolved by SystemAwareResolver and ConfigBundle's FormBuilder
        yield 'services named in Oro\'s configuration files' => [
            static function (): array {
                $ids = [];
                foreach (['system_configuration.yml', 'datagrids.yml'] as $file) {
                    preg_match_all('/@(exchange_mail[\w.]*)(?:::|->)/', (string)file_get_contents(self::file($file)), $matches);
                    array_push($ids, ...$matches[1]);
                }

                return $ids;
            },
        ];
        yield 'controllers' => [
            static function (): array {
                $routes = array_column(self::resource('routing.yml'), 'controller');

                return array_map(static fn (string $controller): string => explode('::', $controller)[0], $routes);
            },
        ];
    }

    private static function resource(string $file): array
    {
        return Yaml::parseFile(self::file($file));
    }

    private static function file(string $name): string
    {
        return \dirname(__DIR__, 3) . '/php/src/Bundle/Resources/config/oro/' . $name;
    }

    /**
     * Oro's services are declared, so that ours are checked against their classes; none is made.
     */
    public static function makeNothing(): never
    {
        throw new \LogicException('No service of Oro is made in this test.');
    }

    private function load(): ContainerBuilder
    {
        if ('' !== (string)getenv('ORO_PLATFORM_DIR')) {
            fwrite(\STDERR, "SKIPPED: the container is checked with stand-ins for Oro's services (unset ORO_PLATFORM_DIR)\n");
            self::markTestSkipped('Needs stand-ins.');
        }

        $container = new ContainerBuilder();
        $container->setParameter('kernel.debug', true);
        foreach (self::HOST as $id => $class) {
            $container->setDefinition($id, (new Definition($class))->setSynthetic(true)->setPublic(true));
        }
        $facts = Facts::load(Contract::getFactsFile(getenv('ORO_VERSION') ?: '5.1'));
        foreach ($facts->all('services') as $id => $service) {
            $definition = (new Definition($service['class']))->setFactory([self::class, 'makeNothing']);
            $container->setDefinition($id, $definition->setPublic(true));
        }
        $extension = new ExchangeMailExtension();
        $container->registerExtension($extension);
        $extension->load([], $container);

        return $container;
    }
}
