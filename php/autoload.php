<?php

/**
 * Finds this package's classes and Symfony's: by Composer where it was used, else by Debian's packages.
 */

declare(strict_types=1);

$composer = array_filter([dirname(__DIR__) . '/vendor/autoload.php', dirname(__DIR__, 4) . '/autoload.php'], 'is_file');
if ([] !== $composer) {
    require_once reset($composer);

    return;
}

spl_autoload_register(static function (string $class): void {
    if (str_starts_with($class, 'ExchangeMail\\')) {
        $file = __DIR__ . '/src/' . strtr(substr($class, strlen('ExchangeMail\\')), '\\', '/') . '.php';
        if (is_file($file)) {
            require $file;
        }
    }
});

foreach (['php-symfony-console' => 'Console', 'php-symfony-yaml' => 'Yaml'] as $package => $component) {
    $autoload = stream_resolve_include_path("Symfony/Component/$component/autoload.php");
    if (false === $autoload) {
        fwrite(STDERR, "symfony/$component is missing: run 'composer install', or 'apt-get install $package'.\n");
        exit(3);
    }
    require_once $autoload;
}
