<?php

/*
 * First synchronization, or the next one, with this project's extension; batches are counted and forgotten.
 *
 * Takes one JSON argument (see harness/clients.py) and prints one JSON line. Options of its own: `read` (also reads text,
 * HTML and attachments of each message, as a host that stores them does), `mailboxes` (a CSV file of those to read, where
 * that is not all users), `save` (a file for the checkpoints, a mailbox a
 * line), `resume` (such a file), `options` (of ExchangeSync).
 */

declare(strict_types=1);

require __DIR__ . '/lib/measure.php';
require __DIR__ . '/lib/book.php';

use ExchangeSync\AddressBook;
use ExchangeSync\Mailbox;
use ExchangeSync\Message;

/**
 * @param array<string, array<string, string>> $checkpoints gets what was stored, where it is to be saved again
 *
 * @return iterable<Mailbox>
 */
function mailboxes(array $plan, array &$checkpoints): iterable
{
    if (!isset($plan['resume'])) {
        foreach (rows($plan['mailboxes'] ?? $plan['users']) as [$address]) {
            yield new Mailbox($address);
        }

        return;
    }
    $lines = fopen($plan['resume'], 'rb');
    while (($line = fgets($lines)) !== false) {
        [$address, $stored] = json_decode($line, true, flags: JSON_THROW_ON_ERROR);
        if (isset($plan['save'])) {
            $checkpoints[$address] = $stored;
        }
        yield new Mailbox($address, $stored);
    }
    fclose($lines);
}

function contentBytes(Message $message): int
{
    $bytes = strlen($message->text() ?? '') + strlen($message->html() ?? '');
    foreach ($message->attachments() as $attachment) {
        $bytes += strlen($attachment->content());
    }

    return $bytes;
}

$plan = json_decode($argv[1], true, flags: JSON_THROW_ON_ERROR);
$measure = new Measure();
$book = new AddressBook();
$book->addUsers(rows($plan['users']));
$book->addContacts(rows($plan['contacts']));
$sync = new ExchangeSync([
    'server' => $plan['url'],
    'login' => $plan['login'],
    'password' => $plan['password'],
    'domains' => ['example.com'],
    'auth' => 'basic',
    'concurrency' => $plan['concurrency'],
] + ($plan['options'] ?? []));
$save = isset($plan['save']) ? fopen($plan['save'], 'wb') : null;
$seen = $matched = $bytes = 0;
$failures = $checkpoints = [];
$measure->begin();
foreach ($sync->run(mailboxes($plan, $checkpoints), $book) as $batch) {
    $seen += $batch->seen;
    $matched += count($batch->messages);
    if ($batch->failure !== null) {
        $failures[] = $batch->mailbox . ': ' . $batch->failure->message;
    }
    if ($plan['read'] ?? false) {
        foreach ($batch->messages as $message) {
            $bytes += contentBytes($message);
        }
    }
    if ($save !== null) {
        if ($batch->checkpoint !== null && $batch->folder !== null) {
            $checkpoints[$batch->mailbox][$batch->folder->id] = $batch->checkpoint;
        }
        if ($batch->done) {
            fwrite($save, json_encode([$batch->mailbox, $checkpoints[$batch->mailbox] ?? []]) . "\n");
            unset($checkpoints[$batch->mailbox]);
        }
    }
}
if ($failures !== []) {
    fwrite(STDERR, implode("\n", array_slice($failures, 0, 5)) . "\n");
    exit(1);
}
echo json_encode(
    ['seen' => $seen, 'matched' => $matched, 'mime_bytes' => $bytes, 'peak_kib' => $measure->peak()] + $measure->spent()
), "\n";
