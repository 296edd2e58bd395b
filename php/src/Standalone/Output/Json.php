<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Output;

use Symfony\Component\Console\Output\OutputInterface;

/**
 * Writes a result for other programs.
 */
final class Json
{
    /**
     * @param array<string, mixed> $result
     */
    public static function write(OutputInterface $output, array $result): void
    {
        $flags = JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE | JSON_THROW_ON_ERROR;
        $output->writeln(json_encode($result, $flags), OutputInterface::OUTPUT_RAW);
    }
}
