<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Unit;

use Symfony\Component\OptionsResolver\OptionsResolver;

/**
 * The same where Oro's type gives a list, which a text does not.
 */
final class InnerListType extends InnerType
{
    public function configureOptions(OptionsResolver $resolver): void
    {
        parent::configureOptions($resolver);
        $resolver->setDefault('mapped', false);
    }
}
