<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Validator\Constraints;

use ExchangeMail\Bundle\Settings\AddressList;
use Symfony\Component\Validator\Constraint;
use Symfony\Component\Validator\ConstraintValidator;
use Symfony\Component\Validator\Exception\UnexpectedTypeException;

/**
 * Names the entries that are no addresses.
 */
final class EmailAddressesValidator extends ConstraintValidator
{
    public function validate(mixed $value, Constraint $constraint): void
    {
        if (!$constraint instanceof EmailAddresses) {
            throw new UnexpectedTypeException($constraint, EmailAddresses::class);
        }

        $isInvalid = static fn (string $address): bool => false === filter_var(
            $address,
            \FILTER_VALIDATE_EMAIL,
            \FILTER_FLAG_EMAIL_UNICODE
        );
        $invalid = array_filter(AddressList::fromText((string)$value), $isInvalid);
        if ([] !== $invalid) {
            $this->context->addViolation($constraint->message, ['{{ value }}' => implode(', ', $invalid)]);
        }
    }
}
