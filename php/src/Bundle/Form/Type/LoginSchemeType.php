<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Form\Type;

use ExchangeMail\Bundle\Settings\LoginScheme;
use Symfony\Component\Form\AbstractType;
use Symfony\Component\Form\Extension\Core\Type\ChoiceType;
use Symfony\Component\OptionsResolver\OptionsResolver;

/**
 * The drop-down of login schemes.
 */
final class LoginSchemeType extends AbstractType
{
    public function configureOptions(OptionsResolver $resolver): void
    {
        $choices = [];
        foreach (LoginScheme::cases() as $scheme) {
            $choices[$scheme->getLabel()] = $scheme->value;
        }
        $resolver->setDefaults(['choices' => $choices, 'placeholder' => false]);
    }

    public function getParent(): string
    {
        return ChoiceType::class;
    }

    public function getBlockPrefix(): string
    {
        return 'exchange_mail_login_scheme';
    }
}
