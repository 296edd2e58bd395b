<?php

declare(strict_types=1);

// Loads the contract's own classes, PHP-Parser, Symfony's YAML and Doctrine: from vendor/ or from the distribution's packages.

$vendor = dirname(__DIR__, 2) . '/vendor/autoload.php';
if (is_file($vendor)) {
    require_once $vendor;
} else {
    require_once 'PhpParser/autoload.php';
    require_once 'Symfony/Component/Yaml/autoload.php';
    require_once 'Doctrine/ORM/autoload.php';
}

spl_autoload_register(static function (string $class): void {
    $prefix = 'ExchangeMail\\Tests\\Contract\\';
    $file = __DIR__ . '/src/' . str_replace('\\', '/', substr($class, strlen($prefix))) . '.php';
    if (str_starts_with($class, $prefix) && is_file($file)) {
        require $file;
    }
});
