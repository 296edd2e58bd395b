<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Form\Type;

use ExchangeMail\Bundle\DependencyInjection\Configuration;
use ExchangeMail\Bundle\Engine\EngineRequirement;
use ExchangeMail\Bundle\Settings\LoginScheme;
use Oro\Bundle\ConfigBundle\Config\ConfigManager;
use Symfony\Component\Form\AbstractType;
use Symfony\Component\Form\Extension\Core\Type\TextType;
use Symfony\Component\Form\FormInterface;
use Symfony\Component\Form\FormView;
use Symfony\Component\OptionsResolver\OptionsResolver;

/**
 * The "Check connection" button with the mailbox to check; saves nothing. Says what to install where the engine is missing.
 */
final class CheckConnectionType extends AbstractType
{
    public function __construct(private readonly EngineRequirement $requirement)
    {
    }

    public function configureOptions(OptionsResolver $resolver): void
    {
        $resolver->setDefaults(['mapped' => false, 'required' => false]);
    }

    public function buildView(FormView $view, FormInterface $form, array $options): void
    {
        $view->vars['value'] = '';
        $view->vars['engine_remedy'] = $this->requirement->getRemedy();
        $view->vars['scheme_fields'] = self::getSchemeFields();
    }

    public function getParent(): string
    {
        return TextType::class;
    }

    public function getBlockPrefix(): string
    {
        return 'exchange_mail_check_connection';
    }

    /**
     * @return array<string, list<string>> form fields to show by login scheme
     */
    private static function getSchemeFields(): array
    {
        $fields = static fn (LoginScheme $scheme): array => array_map(
            static fn (string $name): string => Configuration::key($name, ConfigManager::SECTION_VIEW_SEPARATOR),
            $scheme->getNeeded()
        );

        return [LoginScheme::OAuth->value => $fields(LoginScheme::OAuth), 'other' => $fields(LoginScheme::Auto)];
    }
}
