<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Validator\Constraints;

use Symfony\Component\Validator\Constraint;

/**
 * A day (Y-m-d) that has begun.
 */
final class NotInFuture extends Constraint
{
    public string $message = 'exchange_mail.start_date.future';
}
