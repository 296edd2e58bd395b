<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Validator\Constraints;

use Symfony\Component\Validator\Constraint;

/**
 * A URL that a secret is sent to: https, or http to this host; and no login in it.
 */
final class EndpointUrl extends Constraint
{
    public string $message = 'exchange_mail.oauth_token_url.invalid';
    public string $credentialsMessage = 'exchange_mail.server.credentials';
}
