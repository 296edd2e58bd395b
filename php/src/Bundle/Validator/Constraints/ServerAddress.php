<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Validator\Constraints;

use Symfony\Component\Validator\Constraint;

/**
 * A host name, an e-mail domain or the https URL of Exchange.asmx.
 */
final class ServerAddress extends Constraint
{
    public string $message = 'exchange_mail.server.invalid';
    public string $insecureMessage = 'exchange_mail.server.insecure';
    public string $credentialsMessage = 'exchange_mail.server.credentials';
}
