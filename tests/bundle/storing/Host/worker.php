<?php

/**
 * Another process that stores the same messages into its own mailbox: worker.php DATABASE-JSON ORIGIN TOKEN MAILBOX COUNT
 */

declare(strict_types=1);

use ExchangeMail\Tests\Bundle\Storing\Host\Mail;
use ExchangeMail\Tests\Bundle\Storing\Host\PlayedEngine;
use ExchangeMail\Tests\Bundle\Storing\Host\Services;
use ExchangeMail\Tests\Bundle\Storing\Oro\OroHost;
use ExchangeSync\Address;
use ExchangeSync\Batch;

require_once 'PHPUnit/Autoload.php';
require_once dirname(__DIR__) . '/bootstrap.php';

[, $database, $origin, $token, $mailbox, $count] = $argv;
$services = new Services(new OroHost(json_decode($database, true)), new PlayedEngine());
$collected = $skipped = 0;
foreach (array_chunk(range(1, (int)$count), 10) as $numbers) {
    // each process has its own order, so that they would meet in a circle
    shuffle($numbers);
    $result = $services->store->store((int)$origin, $token, new Batch(
        $mailbox,
        Mail::inbox(),
        array_map(static fn (int $number): \ExchangeSync\Message => Mail::message([
            'itemId' => $mailbox . $number,
            'messageId' => sprintf('<shared-%d@customer.test>', $number),
            'to' => [
                new Address(null, 'jane@example.com'),
                new Address(null, 'john@example.com'),
                new Address(null, sprintf('new-%d@elsewhere.test', $number % 7)),
            ],
        ]), $numbers)
    ));
    $collected += $result->collected;
    $skipped += count($result->skipped);
}
echo json_encode([$collected, $skipped, count($services->logger->records)]);
