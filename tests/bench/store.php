<?php

/**
 * The row of storing: messages a second into Oro's tables on PostgreSQL, by the bundle and by Oro's own ways; and how long the
 * bundle waits for the engine while it stores from the test Exchange. Takes one JSON argument: messages, rounds, extension, and
 * what server_benchmark.php takes. Needs ORO_PLATFORM_DIR; each measurement is a process with a database of its own; prints one
 * JSON line.
 */

declare(strict_types=1);

const FACTOR = 3.0;
const WAITING = 0.05;
const ENGINE_FACTOR = 5.0;

/**
 * @param list<string> $arguments
 *
 * @return array<string, mixed>
 */
function measured(array $arguments): array
{
    $output = (string)shell_exec(implode(' ', array_map('escapeshellarg', [PHP_BINARY, ...$arguments])));
    $result = json_decode($output, true);
    if (!is_array($result)) {
        fprintf(STDERR, "%s printed no result: %s\n", implode(' ', $arguments), $output);
        exit(1);
    }

    return $result;
}

/**
 * @param list<float> $values
 */
function median(array $values): float
{
    sort($values);

    return ($values[intdiv(count($values) - 1, 2)] + $values[intdiv(count($values), 2)]) / 2;
}

if (!is_dir(getenv('ORO_PLATFORM_DIR') . '/src/Oro')) {
    $reason = 'not measured: ORO_PLATFORM_DIR names no source tree of oro/platform';
    echo json_encode(['measured' => $reason, 'passed' => null, 'runs' => new stdClass()]), "\n";
    exit;
}
putenv('POSTGRES_FSYNC=on');
$plan = json_decode($argv[1], true, flags: JSON_THROW_ON_ERROR);
$scripts = dirname(__DIR__) . '/bundle/storing';
$runs = [];
for ($round = 0; $round < $plan['rounds']; ++$round) {
    foreach (['bundle', 'imap', 'rows'] as $way) {
        $runs[$way][] = measured(["$scripts/benchmark.php", $way, (string)$plan['messages']]);
    }
    $runs['server'][] = measured(
        ['-d', 'extension=' . $plan['extension'], "$scripts/server_benchmark.php", (string)json_encode($plan)]
    );
}
$rate = array_map(static fn (array $of): float => median(array_column($of, 'per_second')), $runs);
$factor = $rate['bundle'] / $rate['rows'];
$waiting = median(array_column($runs['server'], 'waiting'));
$engine = median(array_column($runs['server'], 'engine_per_second')) / $rate['server'];
echo json_encode([
    'measured' => sprintf(
        "%.0f messages/s, %.1fx Oro's rows (%.0f), %.1fx its IMAP way (%.0f); from the test Exchange %.0f messages/s, which wait for"
        . ' the engine %.1f %% of the time; alone it delivers %.0fx as many',
        $rate['bundle'],
        $factor,
        $rate['rows'],
        $rate['bundle'] / $rate['imap'],
        $rate['imap'],
        $rate['server'],
        100 * $waiting,
        $engine
    ),
    'passed' => $factor >= FACTOR && $waiting <= WAITING && $engine >= ENGINE_FACTOR,
    'runs' => $runs,
]), "\n";
