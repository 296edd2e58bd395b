<?php

/**
 * Boots nothing: finds the classes of the installation that ORO_ROOT names, whose kernel the tests boot themselves.
 */

declare(strict_types=1);

$root = (string)getenv('ORO_ROOT');
if ('' !== $root) {
    if (!is_file($root . '/vendor/autoload.php')) {
        fwrite(\STDERR, "ORO_ROOT is no Oro application: $root/vendor/autoload.php is missing.\n");
        exit(1);
    }
    chdir($root);
    require_once $root . '/vendor/autoload.php';
    $_SERVER += ['KERNEL_CLASS' => 'AppKernel', 'APP_ENV' => 'test', 'APP_DEBUG' => '0'];
    foreach (['/.env-app', '/.env'] as $file) {
        if (is_file($root . $file)) {
            (new Symfony\Component\Dotenv\Dotenv())->bootEnv($root . $file, 'test');
            break;
        }
    }
    if (is_file($root . '/src/AppKernel.php')) {
        require_once $root . '/src/AppKernel.php';
    }
} else {
    class_alias(PHPUnit\Framework\TestCase::class, 'Oro\Bundle\TestFrameworkBundle\Test\WebTestCase');
}
require_once dirname(__DIR__) . '/extension/Program.php';
require_once dirname(__DIR__) . '/extension/ExchangeServer.php';
