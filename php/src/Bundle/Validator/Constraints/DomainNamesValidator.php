<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Validator\Constraints;

use ExchangeMail\Bundle\Settings\DomainList;
use Symfony\Component\Validator\Constraint;
use Symfony\Component\Validator\ConstraintValidator;
use Symfony\Component\Validator\Exception\UnexpectedTypeException;

/**
 * Names the entries that are no domains.
 */
final class DomainNamesValidator extends ConstraintValidator
{
    public function validate(mixed $value, Constraint $constraint): void
    {
        if (!$constraint instanceof DomainNames) {
            throw new UnexpectedTypeException($constraint, DomainNames::class);
        }

        $invalid = DomainList::fromText((string)$value)->getInvalid();
        if ([] !== $invalid) {
            $this->context->addViolation($constraint->message, ['{{ value }}' => implode(', ', $invalid)]);
        }
    }
}
