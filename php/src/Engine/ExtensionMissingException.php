<?php

declare(strict_types=1);

namespace ExchangeMail\Engine;

/**
 * The native extension is not loaded; the message says how to build and load it.
 */
final class ExtensionMissingException extends \RuntimeException
{
}
