<?php

/**
 * The bundle on Symfony and Doctrine, with Oro's own classes where ORO_PLATFORM_DIR names its source tree, else with stand-ins
 * made from the contract's facts of ORO_VERSION (5.1, 6.1 or 7.0).
 */

declare(strict_types=1);

use ExchangeMail\Tests\Bundle\Unit\StandIns;
use ExchangeMail\Tests\Contract\Contract;
use ExchangeMail\Tests\Contract\Facts;

require __DIR__ . '/../../contract/autoload.php';

error_reporting(\E_ALL & ~\E_DEPRECATED & ~\E_USER_DEPRECATED);

foreach (
    [
        'Symfony/Component/Form', 'Symfony/Component/Validator', 'Symfony/Component/DependencyInjection', 'Symfony/Component/Config',
        'Symfony/Component/Console', 'Symfony/Component/HttpKernel', 'Symfony/Component/HttpFoundation', 'Symfony/Component/Routing',
        'Symfony/Component/Translation', 'Symfony/Component/Security/Core', 'Symfony/Component/Security/Csrf',
        'Symfony/Component/Security/Http', 'Symfony/Component/EventDispatcher', 'Symfony/Component/ExpressionLanguage', 'Twig',
        'Egulias/EmailValidator', 'Symfony/Component/Process', 'Doctrine/Common/Annotations',
    ] as $library
) {
    $autoload = stream_resolve_include_path($library . '/autoload.php');
    if (false !== $autoload) {
        require_once $autoload;
    }
}

$register = static function (string $prefix, string $directory): void {
    spl_autoload_register(static function (string $class) use ($prefix, $directory): void {
        $file = $directory . '/' . str_replace('\\', '/', substr($class, strlen($prefix))) . '.php';
        if (str_starts_with($class, $prefix) && is_file($file)) {
            require_once $file;
        }
    });
};
$register('ExchangeMail\\Tests\\Bundle\\Unit\\', __DIR__);
$register('ExchangeMail\\', dirname(__DIR__, 3) . '/php/src');

$tree = explode(':', (string)getenv('ORO_PLATFORM_DIR'))[0];
if ('' !== $tree) {
    $register('Oro\\', $tree . '/src/Oro');
    if (!class_exists(Doctrine\Common\DataFixtures\AbstractFixture::class)) {
        require_once __DIR__ . '/../storing/StandIn/fixtures.php';
    }
} else {
    require_once __DIR__ . '/StandIn/SettingsBuilder.php';
    require_once __DIR__ . '/StandIn/UUIDGenerator.php';
    (new StandIns(Facts::load(Contract::getFactsFile(getenv('ORO_VERSION') ?: '5.1'))))->register();
}
