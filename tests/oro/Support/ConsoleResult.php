<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Oro\Support;

/**
 * How a command ended, and what it printed on both outputs.
 */
final class ConsoleResult
{
    public function __construct(public readonly int $code, public readonly string $output)
    {
    }
}
