<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Unit;

use ExchangeMail\Bundle\Engine\EngineRequirement;
use ExchangeMail\Bundle\Form\Configurator\ExchangeConfigurationConfigurator;
use ExchangeMail\Bundle\Form\Type\CheckConnectionType;
use ExchangeMail\Bundle\Form\Type\EncryptedPasswordType;
use Oro\Bundle\ConfigBundle\Config\ConfigManager;
use Oro\Bundle\SecurityBundle\Encoder\SymmetricCrypterInterface;
use Symfony\Component\Form\Extension\Core\Type\CheckboxType;
use Symfony\Component\Form\Extension\Core\Type\DateType;
use Symfony\Component\Form\Extension\Core\Type\FormType;
use Symfony\Component\Form\Extension\Core\Type\HiddenType;
use Symfony\Component\Form\Extension\Validator\ValidatorExtension;
use Symfony\Component\Form\FormInterface;
use Symfony\Component\Form\Forms;
use Symfony\Component\Form\PreloadedExtension;
use Symfony\Component\Validator\Validation;
use Symfony\Component\Yaml\Yaml;
use Symfony\Contracts\Translation\TranslatorInterface;

/**
 * The page of the system configuration as Oro builds it: the fields of system_configuration.yml, each with its value and its
 * "use default", on Symfony's real forms and validator.
 */
final class ConfigurationForm
{
    private const OF_A_USER = ['exchange_mail.user_mailbox', 'exchange_mail.opted_out'];

    /**
     * @param array<string, mixed> $stored values by setting name
     */
    public static function create(
        array $stored,
        ConfigManager $config,
        SymmetricCrypterInterface $crypter,
        TranslatorInterface $translator
    ): FormInterface {
        $factory = Forms::createFormFactoryBuilder()
            ->addExtension(new ValidatorExtension(Validation::createValidator()))
            ->addExtension(new PreloadedExtension(
                [new EncryptedPasswordType($crypter), new CheckConnectionType(new EngineRequirement())],
                []
            ))
            ->getFormFactory();
        $builder = $factory->createNamedBuilder('exchange_mail_settings', FormType::class);
        (new ExchangeConfigurationConfigurator($config, $translator))->configure($builder, []);

        $data = [];
        foreach (array_diff_key(self::getFields(), array_flip(self::OF_A_USER)) as $name => $field) {
            $options = $field['options'];
            // Oro's ConfigCheckbox is Symfony's with a cast, its OroDateType Symfony's with a date picker.
            $type = match (true) {
                str_ends_with($field['type'], 'ConfigCheckbox') => CheckboxType::class,
                str_ends_with($field['type'], 'OroDateType') => DateType::class,
                default => $field['type'],
            };
            $options += DateType::class === $type ? ['widget' => 'single_text'] : [];
            $child = str_replace('.', '___', $name);
            $builder->add(
                $builder->create($child, FormType::class)
                    ->add('use_parent_scope_value', HiddenType::class, ['data' => 0])
                    ->add('value', $type, [
                        'constraints' => array_map(self::createConstraint(...), $options['constraints'] ?? []),
                    ] + array_diff_key($options, array_flip(['label', 'tooltip', 'resettable', 'constraints'])))
            );
            $data[$child] = ['value' => $stored[substr($name, \strlen('exchange_mail.'))] ?? null];
        }

        return $builder->getForm()->setData($data);
    }

    /**
     * @param array<string, mixed> $values by setting name
     *
     * @return array<string, array{value: mixed, use_parent_scope_value: string}>
     */
    public static function submission(array $values): array
    {
        $submission = [];
        foreach ($values as $name => $value) {
            $submission['exchange_mail___' . $name] = ['use_parent_scope_value' => '0', 'value' => $value];
        }

        return $submission;
    }

    /**
     * @return array<string, list<string>> messages by setting name
     */
    public static function errors(FormInterface $form): array
    {
        $errors = [];
        foreach ($form as $name => $child) {
            foreach ($child->get('value')->getErrors(true) as $error) {
                $errors[substr($name, \strlen('exchange_mail___'))][] = $error->getMessage();
            }
        }

        return $errors;
    }

    /**
     * @return array<string, array<string, mixed>>
     */
    public static function getFields(): array
    {
        $file = \dirname(__DIR__, 3) . '/php/src/Bundle/Resources/config/oro/system_configuration.yml';

        return Yaml::parseFile($file)['system_configuration']['fields'];
    }

    /**
     * @param array<string, mixed> $definition
     */
    private static function createConstraint(array $definition): object
    {
        $name = array_key_first($definition);
        $class = str_contains($name, '\\') ? $name : 'Symfony\Component\Validator\Constraints\\' . $name;

        return new $class($definition[$name]);
    }
}
