<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Validator\Constraints;

use Symfony\Component\Validator\Constraint;

/**
 * A text of e-mail addresses.
 */
final class EmailAddresses extends Constraint
{
    public string $message = 'exchange_mail.journal_mailboxes.invalid';
}
