<?php

declare(strict_types=1);

namespace ExchangeMail\Engine;

use ExchangeSync\AuthenticationException;

/**
 * The one error that every other mailbox would find too, and that locks the account when it is tried too often.
 */
final class LoginRefusal
{
    /**
     * @param string $exception class of the engine's exception
     */
    public static function is(string $exception): bool
    {
        return is_a($exception, AuthenticationException::class, true);
    }
}
