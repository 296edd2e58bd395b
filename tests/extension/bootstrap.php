<?php

// Runs with the built extension: php -d extension=target/release/libexchange_sync.so /usr/bin/phpunit -c tests/extension

declare(strict_types=1);

spl_autoload_register(static function (string $class): void {
    $prefix = 'ExchangeMail\\Tests\\Extension\\';
    if (str_starts_with($class, $prefix)) {
        $file = __DIR__ . '/' . strtr(substr($class, strlen($prefix)), '\\', '/') . '.php';
        if (is_file($file)) {
            require $file;
        }
    }
});

if (!extension_loaded('exchange_sync')) {
    fwrite(STDERR, "Load the built extension: php -d extension=target/release/libexchange_sync.so ...\n");
    exit(1);
}
