<?php

// Waits for a server that does not answer: in a loop, in check() or in message(), with the signal handler that is asked for.

declare(strict_types=1);

require __DIR__ . '/common.php';

$handled = 0;
if (getenv('HANDLER')) {
    pcntl_async_signals(true);
    pcntl_signal(SIGINT, static function () use (&$handled): void {
        ++$handled;
        match (getenv('HANDLER')) {
            'throw' => throw new DomainException('Interrupted.'),
            'exit' => exit(7),
            'fatal' => eval('class ExchangeSync {}'),
            'count' => null,
        };
    });
}
if (getenv('LIMIT')) {
    set_time_limit(30);
}
register_shutdown_function(static function () use (&$handled): void {
    echo "end, handled $handled, threads ", threads(), "\n";
});
$sync = sync();
$run = $sync->run(jane(), book());
echo "ready\n";
try {
    match (getenv('ACTION')) {
        'check' => $sync->check('jane@example.com'),
        'message' => $sync->message('jane@example.com', 'id'),
        'loop' => iterator_to_array($run, false),
    };
    echo "answered\n";
} catch (DomainException $e) {
    unset($run, $sync);
    echo $e->getMessage(), ' ', get_debug_type($e->getPrevious()), "\n";
}
