<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Validator\Constraints;

use Symfony\Component\Validator\Constraint;

/**
 * The path of a PEM file with certificates, readable on the server.
 */
final class CertificateFile extends Constraint
{
    public string $relativeMessage = 'exchange_mail.ca_file.relative';
    public string $unreadableMessage = 'exchange_mail.ca_file.unreadable';
    public string $invalidMessage = 'exchange_mail.ca_file.invalid';
}
