<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Twig;

use ExchangeMail\Bundle\Settings\SettingLabels;
use Twig\Extension\AbstractExtension;
use Twig\TwigFilter;

/**
 * The filter exchange_mail_explain: an error of the engine in the words of the configuration page.
 */
final class SettingLabelsExtension extends AbstractExtension
{
    public function __construct(private readonly SettingLabels $labels)
    {
    }

    public function getFilters(): array
    {
        return [new TwigFilter('exchange_mail_explain', $this->labels->explain(...))];
    }
}
