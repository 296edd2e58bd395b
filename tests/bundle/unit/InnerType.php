<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Unit;

use Symfony\Component\Form\AbstractType;
use Symfony\Component\Form\Extension\Core\Type\TextType;
use Symfony\Component\OptionsResolver\OptionsResolver;

/**
 * A text field in place of a form type that needs half of Oro.
 */
class InnerType extends AbstractType
{
    public function configureOptions(OptionsResolver $resolver): void
    {
        $resolver->setDefined(['configs', 'autocomplete_alias']);
        $resolver->setDefault('empty_data', null);
    }

    public function getParent(): string
    {
        return TextType::class;
    }
}
