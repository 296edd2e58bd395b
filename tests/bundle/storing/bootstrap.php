<?php

/**
 * Finds Doctrine and Symfony as Debian installs them, the bundle, and Oro's source tree where ORO_PLATFORM_DIR names one.
 */

declare(strict_types=1);

error_reporting(\E_ALL & ~\E_DEPRECATED & ~\E_USER_DEPRECATED);

foreach (
    [
        'Doctrine/ORM', 'Doctrine/Common/Annotations', 'Symfony/Component/Process', 'Symfony/Component/EventDispatcher',
        'Symfony/Component/Security/Core', 'Symfony/Component/HttpFoundation', 'Symfony/Component/OptionsResolver',
        'Symfony/Component/PropertyAccess', 'Symfony/Component/Cache', 'Symfony/Component/Config',
        'Symfony/Component/DependencyInjection', 'Symfony/Component/Console', 'Symfony/Component/Yaml', 'Twig',
    ] as $library
) {
    require_once $library . '/autoload.php';
}

$register = static function (string $prefix, string $directory): void {
    spl_autoload_register(static function (string $class) use ($prefix, $directory): void {
        $file = $directory . '/' . str_replace('\\', '/', substr($class, \strlen($prefix))) . '.php';
        if (str_starts_with($class, $prefix) && is_file($file)) {
            require_once $file;
        }
    });
};
$register('ExchangeMail\\Tests\\Bundle\\Storing\\', __DIR__);
$register('ExchangeMail\\', \dirname(__DIR__, 3) . '/php/src');
if (is_string(getenv('ORO_PLATFORM_DIR')) && is_dir(getenv('ORO_PLATFORM_DIR') . '/src/Oro')) {
    spl_autoload_register(static function (string $class): void {
        $file = getenv('ORO_PLATFORM_DIR') . '/src/' . str_replace('\\', '/', $class) . '.php';
        if (!str_starts_with($class, 'Oro\\') || !is_file($file)) {
            return;
        }
        $code = (string)file_get_contents($file);
        $older = preg_replace('/^(\s*(?:(?:public|protected|private|final) )*const )(?:string|int|array|bool) (?=\w+ =)/m', '$1', $code);
        if (\PHP_VERSION_ID >= 80300 || $older === $code) {
            require_once $file;
        } else {
            // Oro 6.1 and 7.0 are written for PHP 8.3 and newer; on 8.2 the types of their constants are left out
            eval('?>' . $older);
        }
    });
    require_once __DIR__ . '/StandIn/AclClassUtils.php';
} else {
    require_once __DIR__ . '/StandIn/oro.php';
}
if (!extension_loaded('exchange_sync')) {
    require_once __DIR__ . '/StandIn/engine.php';
}
