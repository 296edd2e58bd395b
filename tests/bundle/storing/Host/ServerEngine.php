<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing\Host;

use ExchangeMail\Bundle\Engine\EngineInterface;
use ExchangeMail\Bundle\Engine\EngineProviderInterface;
use ExchangeMail\Bundle\Engine\NativeEngine;

/**
 * The real engine for the settings of a test.
 */
final class ServerEngine implements EngineProviderInterface
{
    /**
     * @param array<string, mixed> $options of \ExchangeSync
     */
    public function __construct(public array $options)
    {
    }

    public function isEnabled(): bool
    {
        return true;
    }

    public function get(?int $concurrency = null): EngineInterface
    {
        return new NativeEngine(new \ExchangeSync(
            (null === $concurrency ? [] : ['concurrency' => $concurrency]) + $this->options
        ));
    }
}
