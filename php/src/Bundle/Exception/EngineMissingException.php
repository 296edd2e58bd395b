<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Exception;

/**
 * The native extension is not loaded; the message says what to install.
 */
final class EngineMissingException extends \RuntimeException
{
}
