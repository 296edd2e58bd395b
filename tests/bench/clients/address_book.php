<?php

/*
 * An address book from PHP: how long it takes, what it holds in memory. Takes the numbers of contacts and of users;
 * prints one JSON line. `source_seconds` is what the PHP generator alone takes.
 */

declare(strict_types=1);

require __DIR__ . '/lib/measure.php';

/** @return iterable<array{string, int}> */
function addresses(int $count, string $name, string $domain): iterable
{
    for ($id = 1; $id <= $count; ++$id) {
        yield ["$name.$id@$domain" . $id % 997 . '.example', $id];
    }
}

[, $contacts, $users] = array_map('intval', $argv);
$measure = new Measure();
foreach ([addresses($contacts, 'contact', 'customer'), addresses($users, 'user', 'company')] as $rows) {
    foreach ($rows as $row) {
        // Only what making the rows costs.
    }
}
$source = $measure->spent();
$before = $measure->resident();
$measure->begin();
$book = new ExchangeSync\AddressBook();
$taken = $book->addContacts(addresses($contacts, 'contact', 'customer'));
$taken += $book->addUsers(addresses($users, 'user', 'company'));
$spent = $measure->spent();
if ($taken !== $contacts + $users || count($book) !== $taken) {
    fwrite(STDERR, "Only $taken addresses were taken.\n");
    exit(1);
}
echo json_encode($spent + [
    'source_seconds' => $source['seconds'],
    'addresses' => $taken,
    'bytes_per_address' => ($measure->resident() - $before) * 1024 / $taken,
    'peak_bytes_per_address' => ($measure->peak() - $before) * 1024 / $taken,
]), "\n";
