<?php

/**
 * Oro's real e-mail bundle on PostgreSQL, as the storing tests have it.
 */

declare(strict_types=1);

require __DIR__ . '/../storing/bootstrap.php';
require_once 'Symfony/Component/Form/autoload.php';
require_once 'Symfony/Component/Validator/autoload.php';
require_once 'Symfony/Component/Finder/autoload.php';
foreach (['Stopwatch', 'Mailer', 'Mime'] as $component) {
    if (false !== stream_resolve_include_path(sprintf('Symfony/Component/%s/autoload.php', $component))) {
        require_once sprintf('Symfony/Component/%s/autoload.php', $component);
    }
}
if (!class_exists(Doctrine\Common\DataFixtures\AbstractFixture::class)) {
    require_once __DIR__ . '/../storing/StandIn/fixtures.php';
}
