<?php

/**
 * Loads the tests and their helpers; nothing of Oro, which answers through its console, its database and its pages.
 */

declare(strict_types=1);

spl_autoload_register(static function (string $class): void {
    foreach (
        [
            'ExchangeMail\\Tests\\Oro\\' => __DIR__,
            'ExchangeMail\\Tests\\Extension\\' => dirname(__DIR__) . '/extension',
        ] as $prefix => $directory
    ) {
        $file = $directory . '/' . str_replace('\\', '/', substr($class, strlen($prefix))) . '.php';
        if (str_starts_with($class, $prefix) && is_file($file)) {
            require_once $file;
        }
    }
});
