<?php

/**
 * The row of storing: messages a second into Oro's tables on PostgreSQL, by the bundle and by Oro's own ways. Prints one JSON
 * line. Needs ORO_PLATFORM_DIR; the ways take turns, each in a process and a database of its own.
 */

declare(strict_types=1);

const FACTOR = 3.0;

$count = in_array('--quick', $argv, true) ? 300 : 2000;
$rounds = in_array('--quick', $argv, true) ? 1 : 3;
if (!is_dir(getenv('ORO_PLATFORM_DIR') . '/src/Oro')) {
    $reason = 'not measured: ORO_PLATFORM_DIR names no source tree of oro/platform';
    echo json_encode(['measured' => $reason, 'passed' => null, 'runs' => []]), "\n";
    exit;
}
putenv('POSTGRES_FSYNC=on');
$runs = [];
for ($round = 0; $round < $rounds; ++$round) {
    foreach (['bundle', 'imap', 'rows'] as $way) {
        $command = [PHP_BINARY, dirname(__DIR__) . '/bundle/storing/benchmark.php', $way, (string)$count];
        $output = (string)shell_exec(implode(' ', array_map('escapeshellarg', $command)));
        $runs[$way][] = json_decode($output, true, 8, JSON_THROW_ON_ERROR);
    }
}
$best = array_map(static fn (array $of): float => max(array_column($of, 'per_second')), $runs);
$factor = $best['bundle'] / $best['rows'];
echo json_encode([
    'measured' => sprintf(
        '%.0f messages a second; Oro row by row %.0f (%.1fx), as its IMAP does %.0f (%.1fx)',
        $best['bundle'],
        $best['rows'],
        $factor,
        $best['imap'],
        $best['bundle'] / $best['imap']
    ),
    'passed' => $factor >= FACTOR,
    'runs' => $runs,
]), "\n";
