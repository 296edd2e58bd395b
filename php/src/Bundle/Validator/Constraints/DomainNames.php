<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Validator\Constraints;

use Symfony\Component\Validator\Constraint;

/**
 * A text of domain names.
 */
final class DomainNames extends Constraint
{
    public string $message = 'exchange_mail.domains.invalid';
}
