<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Synchronization;

/**
 * Another process works on the same database; the message says which.
 */
final class AnotherRun extends \RuntimeException
{
}
