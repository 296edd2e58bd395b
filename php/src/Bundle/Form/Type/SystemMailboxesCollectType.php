<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Form\Type;

use ExchangeMail\Bundle\Settings\SystemMailboxesCollect;
use Symfony\Component\Form\AbstractType;
use Symfony\Component\Form\Extension\Core\Type\ChoiceType;
use Symfony\Component\OptionsResolver\OptionsResolver;

/**
 * The drop-down of what system mailboxes collect.
 */
final class SystemMailboxesCollectType extends AbstractType
{
    public function configureOptions(OptionsResolver $resolver): void
    {
        $choices = [];
        foreach (SystemMailboxesCollect::cases() as $choice) {
            $choices[$choice->getLabel()] = $choice->value;
        }
        $resolver->setDefaults(['choices' => $choices, 'placeholder' => false]);
    }

    public function getParent(): string
    {
        return ChoiceType::class;
    }

    public function getBlockPrefix(): string
    {
        return 'exchange_mail_system_mailboxes_collect';
    }
}
