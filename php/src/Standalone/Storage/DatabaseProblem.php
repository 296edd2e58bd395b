<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Storage;

/**
 * The database could not be opened, read or written; the message says what to do.
 */
final class DatabaseProblem extends \RuntimeException
{
}
