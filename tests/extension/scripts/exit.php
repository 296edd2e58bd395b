<?php

// Ends in the middle of a run.

declare(strict_types=1);

require __DIR__ . '/common.php';

$kept = sync()->run(jane(), book());
foreach ($kept as $batch) {
    echo "batch\n";
    match (getenv('END')) {
        'exit' => exit(3),
        'fatal' => eval('class ExchangeSync {}'),
        'uncaught' => throw new DomainException('Nobody catches it.'),
        'memory' => str_repeat('x', 1 << 30),
        'return' => null,
    };
    break;
}
