<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Validator\Constraints;

use Symfony\Component\Validator\Constraint;
use Symfony\Component\Validator\ConstraintValidator;
use Symfony\Component\Validator\Exception\UnexpectedTypeException;

/**
 * Checks the form of the URL only; whether tokens are given there is told by "Check connection".
 */
final class EndpointUrlValidator extends ConstraintValidator
{
    public function validate(mixed $value, Constraint $constraint): void
    {
        if (!$constraint instanceof EndpointUrl) {
            throw new UnexpectedTypeException($constraint, EndpointUrl::class);
        }

        $url = trim((string)$value);
        if ('' === $url) {
            return;
        }
        $parts = parse_url($url);
        $host = \is_array($parts) ? (string)($parts['host'] ?? '') : '';
        $message = match (true) {
            '' === $host => $constraint->message,
            isset($parts['user']) || isset($parts['pass']) => $constraint->credentialsMessage,
            'https' === strtolower($parts['scheme'] ?? ''), self::isThisHost($parts) => null,
            default => $constraint->message,
        };
        if (null !== $message) {
            $this->context->addViolation($message, ['{{ value }}' => $url]);
        }
    }

    /**
     * @param array<string, int|string> $parts
     */
    private static function isThisHost(array $parts): bool
    {
        return 'http' === strtolower((string)($parts['scheme'] ?? ''))
            && 1 === preg_match('~^(localhost|127\.[\d.]+|\[::1])$~i', (string)$parts['host']);
    }
}
