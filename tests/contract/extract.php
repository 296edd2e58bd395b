<?php

declare(strict_types=1);

// Writes facts/<version>.json for each source tree of oro/platform given as an argument or in ORO_PLATFORM_DIR.

use ExchangeMail\Tests\Contract\Contract;
use ExchangeMail\Tests\Contract\OroTree;

require __DIR__ . '/autoload.php';

$directories = array_slice($argv, 1) ?: Contract::getTrees();
if ([] === $directories) {
    fwrite(STDERR, "Usage: php extract.php DIRECTORY...\n  or set ORO_PLATFORM_DIR to source trees of oro/platform, separated by \":\"\n");
    exit(2);
}

$failed = false;
foreach ($directories as $directory) {
    $contract = new Contract();
    $tree = new OroTree($directory);
    $facts = $contract->extract($tree);
    file_put_contents(Contract::getFactsFile($facts->version), $facts->toJson());
    $problems = $contract->check($facts);
    printf("%s: %d classes, %d problems\n", $facts->version, count($facts->all('classes')), count($problems));
    foreach ($problems as $problem) {
        $failed = true;
        echo '  ', $problem, "\n";
    }
}
exit($failed ? 1 : 0);
