<?php

/**
 * Oro's real e-mail bundle on PostgreSQL, as the storing tests have it.
 */

declare(strict_types=1);

require __DIR__ . '/../storing/bootstrap.php';
require_once 'Symfony/Component/Form/autoload.php';
require_once 'Symfony/Component/Validator/autoload.php';
