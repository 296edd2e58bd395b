<?php

/**
 * Finds the package's classes and those of the tests: ExchangeMail\Tests\Standalone\X is tests/standalone/X.php.
 */

declare(strict_types=1);

require_once dirname(__DIR__) . '/php/autoload.php';

spl_autoload_register(static function (string $class): void {
    if (preg_match('/^ExchangeMail\\\\Tests\\\\(\w+)\\\\(.+)$/', $class, $parts)) {
        $file = __DIR__ . '/' . strtolower($parts[1]) . '/' . strtr($parts[2], '\\', '/') . '.php';
        if (is_file($file)) {
            require $file;
        }
    }
});
