<?php

// Uses an ExchangeSync and a run on both sides of fork().

declare(strict_types=1);

use ExchangeSync\Exception;

require __DIR__ . '/common.php';

$sync = sync();
echo 'parent checks ', $sync->check('jane@example.com')->mailbox, "\n";
$book = book();
$run = $sync->run(jane(), $book);
$run->rewind();
$child = pcntl_fork();
if (0 === $child) {
    try {
        $run->next();
        echo "child goes on with the parent's run\n";
    } catch (Exception $e) {
        echo 'child: ', $e->getMessage(), "\n";
    }
    unset($run);
    echo 'child checks ', $sync->check('jane@example.com')->mailbox, "\n";
    $messages = 0;
    foreach ($sync->run(jane(), $book) as $batch) {
        $messages += count($batch->messages);
    }
    echo "child reads $messages\n";
    exit(0);
}
pcntl_waitpid($child, $status);
echo 'child ended with ', pcntl_wexitstatus($status), "\n";
$messages = 0;
while ($run->valid()) {
    $messages += count($run->current()->messages);
    $run->next();
}
echo "parent reads $messages\n";
echo 'parent checks ', $sync->check('jane@example.com')->mailbox, "\n";
