<?php

/**
 * exchange-sync whose watch looks at address files every second and at everything as often as the environment says.
 */

declare(strict_types=1);

use ExchangeMail\Standalone\Application;
use ExchangeMail\Standalone\Command\WatchCommand;
use ExchangeMail\Standalone\Synchronization\WatchIntervals;

require dirname(__DIR__, 3) . '/php/autoload.php';

$application = new Application();
$application->add(new WatchCommand(new WatchIntervals(1, (int) getenv('EVERYTHING_SECONDS'))));

exit($application->run());
