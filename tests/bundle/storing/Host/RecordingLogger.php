<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing\Host;

use Psr\Log\AbstractLogger;

/**
 * A log that a test can read.
 */
final class RecordingLogger extends AbstractLogger
{
    /** @var list<array{0: string, 1: string, 2: array<string, mixed>}> */
    public array $records = [];

    public function log($level, $message, array $context = []): void
    {
        $this->records[] = [(string)$level, (string)$message, $context];
    }

    /**
     * @return list<array<string, mixed>> contexts of the records with this message
     */
    public function contextsOf(string $message): array
    {
        return array_values(array_map(
            static fn (array $record): array => $record[2],
            array_filter($this->records, static fn (array $record): bool => $record[1] === $message)
        ));
    }

    public function text(): string
    {
        return json_encode($this->records, \JSON_THROW_ON_ERROR | \JSON_PARTIAL_OUTPUT_ON_ERROR | \JSON_INVALID_UTF8_SUBSTITUTE);
    }
}
