<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Validator\Constraints;

use Symfony\Component\Validator\Constraint;
use Symfony\Component\Validator\ConstraintValidator;
use Symfony\Component\Validator\Exception\UnexpectedTypeException;

/**
 * Compares days as text, since the configuration keeps them so. The day changes by UTC.
 */
final class NotInFutureValidator extends ConstraintValidator
{
    public function validate(mixed $value, Constraint $constraint): void
    {
        if (!$constraint instanceof NotInFuture) {
            throw new UnexpectedTypeException($constraint, NotInFuture::class);
        }

        $day = (string)$value;
        if ('' !== $day && $day > gmdate('Y-m-d')) {
            $this->context->addViolation($constraint->message, ['{{ value }}' => $day]);
        }
    }
}
