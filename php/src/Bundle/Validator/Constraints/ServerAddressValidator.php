<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Validator\Constraints;

use Symfony\Component\Validator\Constraint;
use Symfony\Component\Validator\ConstraintValidator;
use Symfony\Component\Validator\Exception\UnexpectedTypeException;

/**
 * Checks the form of the address only; whether a server answers there is told by "Check connection".
 */
final class ServerAddressValidator extends ConstraintValidator
{
    public function validate(mixed $value, Constraint $constraint): void
    {
        if (!$constraint instanceof ServerAddress) {
            throw new UnexpectedTypeException($constraint, ServerAddress::class);
        }

        $address = trim((string)$value);
        if ('' === $address) {
            return;
        }

        $message = $this->findFault($address, $constraint);
        if (null !== $message) {
            $this->context->addViolation($message, ['{{ value }}' => $address]);
        }
    }

    private function findFault(string $address, ServerAddress $constraint): ?string
    {
        $hasScheme = str_contains($address, '://');
        $parts = parse_url($hasScheme ? $address : 'https://' . $address);
        $host = trim((string)($parts['host'] ?? ''), '[]');
        if (false === $parts || '' === $host || !self::isHost($host)) {
            return $constraint->message;
        }
        if (isset($parts['user']) || isset($parts['pass'])) {
            return $constraint->credentialsMessage;
        }
        if (!$hasScheme && (isset($parts['path']) || isset($parts['query']) || isset($parts['fragment']))) {
            return $constraint->message;
        }

        return match (strtolower($parts['scheme'] ?? '')) {
            'https' => null,
            'http' => self::isLoopback($host) ? null : $constraint->insecureMessage,
            default => $constraint->message,
        };
    }

    private static function isHost(string $host): bool
    {
        return false !== filter_var($host, \FILTER_VALIDATE_IP)
            || false !== filter_var($host, \FILTER_VALIDATE_DOMAIN, \FILTER_FLAG_HOSTNAME);
    }

    private static function isLoopback(string $host): bool
    {
        return 'localhost' === strtolower($host) || '::1' === $host || str_starts_with($host, '127.');
    }
}
