<?php

declare(strict_types=1);

// Writes facts/<version>.json for each source tree of oro/platform given as an argument. The trees are those of released
// tags, see Contract::RELEASES: the argument says which one, so that nobody takes a branch by mistake.

use ExchangeMail\Tests\Contract\Contract;
use ExchangeMail\Tests\Contract\OroTree;

require __DIR__ . '/autoload.php';

$failed = false;
foreach (array_slice($argv, 1) as $argument) {
    [$release, $directory] = explode('=', $argument, 2) + ['', ''];
    $contract = new Contract();
    $tree = '' === $directory ? null : new OroTree($directory);
    if (null === $tree || $release !== Contract::RELEASES[$tree->getVersion()]) {
        fwrite(STDERR, sprintf("\"%s\" is not one of %s=DIRECTORY\n", $argument, implode('=DIRECTORY, ', Contract::RELEASES)));
        exit(2);
    }
    $facts = $contract->extract($tree);
    $facts->add('release', 'oro/platform', $release);
    file_put_contents(Contract::getFactsFile($facts->version), $facts->toJson());
    $problems = $contract->check($facts);
    printf("%s: %d classes, %d problems\n", $facts->version, count($facts->all('classes')), count($problems));
    foreach ($problems as $problem) {
        $failed = true;
        echo '  ', $problem, "\n";
    }
}
exit($failed ? 1 : 0);
