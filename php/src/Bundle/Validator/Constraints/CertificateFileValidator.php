<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Validator\Constraints;

use Symfony\Component\Validator\Constraint;
use Symfony\Component\Validator\ConstraintValidator;
use Symfony\Component\Validator\Exception\UnexpectedTypeException;

/**
 * Tells whether the file can be read and begins with a certificate; never shows what is in it.
 */
final class CertificateFileValidator extends ConstraintValidator
{
    /** A bundle of all public authorities has 250 kB; what is longer is another kind of file. */
    private const MAX_BYTES = 4 * 1024 * 1024;

    public function validate(mixed $value, Constraint $constraint): void
    {
        if (!$constraint instanceof CertificateFile) {
            throw new UnexpectedTypeException($constraint, CertificateFile::class);
        }

        $path = trim((string)$value);
        if ('' === $path) {
            return;
        }

        $message = match (true) {
            !str_starts_with($path, '/') && 1 !== preg_match('~^[A-Za-z]:[\\\\/]~', $path) => $constraint->relativeMessage,
            !is_file($path) || !is_readable($path) => $constraint->unreadableMessage,
            !self::holdsCertificate($path) => $constraint->invalidMessage,
            default => null,
        };
        if (null !== $message) {
            $this->context->addViolation($message, ['{{ value }}' => $path]);
        }
    }

    private static function holdsCertificate(string $path): bool
    {
        $content = file_get_contents($path, false, null, 0, self::MAX_BYTES);

        return \is_string($content) && false !== @openssl_x509_read($content);
    }
}
