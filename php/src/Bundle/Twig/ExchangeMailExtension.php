<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Twig;

use ExchangeMail\Bundle\Settings\SettingLabels;
use ExchangeMail\Bundle\Status\NextRun;
use Twig\Extension\AbstractExtension;
use Twig\TwigFilter;

/**
 * The filters exchange_mail_explain (an error of the engine in the words of the configuration page) and exchange_mail_next_run
 * (when a mailbox is read that has to wait until then, or has not).
 */
final class ExchangeMailExtension extends AbstractExtension
{
    public function __construct(private readonly SettingLabels $labels)
    {
    }

    public function getFilters(): array
    {
        return [
            new TwigFilter('exchange_mail_explain', $this->labels->explain(...)),
            new TwigFilter('exchange_mail_next_run', static fn (?\DateTimeInterface $notBefore) => NextRun::of($notBefore)),
        ];
    }
}
