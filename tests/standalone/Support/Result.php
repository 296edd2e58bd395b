<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Standalone\Support;

/**
 * How a call ended.
 */
final class Result
{
    public function __construct(public readonly int $code, public readonly string $output, public readonly string $errors)
    {
    }

    /**
     * @return array<string, mixed>
     */
    public function json(): array
    {
        return json_decode($this->output, true, 32, JSON_THROW_ON_ERROR);
    }

    public function all(): string
    {
        return $this->output . $this->errors;
    }
}
