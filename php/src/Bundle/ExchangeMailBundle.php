<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle;

use Symfony\Component\HttpKernel\Bundle\Bundle;

/**
 * Exchange mail for OroCRM: Oro's configuration, cron, entities and screens around the native engine. Knows no mail protocol.
 */
final class ExchangeMailBundle extends Bundle
{
}
