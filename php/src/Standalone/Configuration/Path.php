<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Configuration;

/**
 * Paths in a configuration file are relative to that file's folder, not to where the program was started.
 */
final class Path
{
    public static function absolute(string $path, string $folder): string
    {
        return str_starts_with($path, '/') ? $path : rtrim($folder, '/') . '/' . $path;
    }
}
