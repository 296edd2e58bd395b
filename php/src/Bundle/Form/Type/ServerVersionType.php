<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Form\Type;

use ExchangeMail\Bundle\Settings\ServerVersion;
use Symfony\Component\Form\AbstractType;
use Symfony\Component\Form\Extension\Core\Type\ChoiceType;
use Symfony\Component\OptionsResolver\OptionsResolver;

/**
 * The drop-down of Exchange versions.
 */
final class ServerVersionType extends AbstractType
{
    public function configureOptions(OptionsResolver $resolver): void
    {
        $choices = [];
        foreach (ServerVersion::cases() as $version) {
            $choices[$version->getLabel()] = $version->value;
        }
        $resolver->setDefaults(['choices' => $choices, 'placeholder' => false]);
    }

    public function getParent(): string
    {
        return ChoiceType::class;
    }

    public function getBlockPrefix(): string
    {
        return 'exchange_mail_server_version';
    }
}
