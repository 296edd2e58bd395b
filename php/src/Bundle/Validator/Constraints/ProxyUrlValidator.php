<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Validator\Constraints;

use Symfony\Component\Validator\Constraint;
use Symfony\Component\Validator\ConstraintValidator;
use Symfony\Component\Validator\Exception\UnexpectedTypeException;

/**
 * Refuses a login in the URL: the setting is stored and shown readable.
 */
final class ProxyUrlValidator extends ConstraintValidator
{
    public function validate(mixed $value, Constraint $constraint): void
    {
        if (!$constraint instanceof ProxyUrl) {
            throw new UnexpectedTypeException($constraint, ProxyUrl::class);
        }

        $url = trim((string)$value);
        if ('' === $url) {
            return;
        }
        $parts = parse_url($url);
        $parts = \is_array($parts) ? $parts : [];
        $message = match (true) {
            isset($parts['user']) || isset($parts['pass']) => $constraint->credentialsMessage,
            'http' !== strtolower($parts['scheme'] ?? '') || '' === ($parts['host'] ?? '') => $constraint->message,
            default => null,
        };
        if (null !== $message) {
            // with a login in it, the value is not repeated
            $this->context->addViolation($message, $message === $constraint->message ? ['{{ value }}' => $url] : []);
        }
    }
}
