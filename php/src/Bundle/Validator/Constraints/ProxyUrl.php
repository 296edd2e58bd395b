<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Validator\Constraints;

use Symfony\Component\Validator\Constraint;

/**
 * The URL of an HTTP proxy.
 */
final class ProxyUrl extends Constraint
{
    public string $message = 'exchange_mail.proxy.invalid';
    public string $credentialsMessage = 'exchange_mail.proxy.credentials';
}
