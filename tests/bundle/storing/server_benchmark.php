<?php

/**
 * How long the bundle waits for the engine while it stores what a test Exchange has, and how fast the engine is alone:
 * server_benchmark.php JSON, with url, login, password, concurrency, and the files users and contacts (email, id, name). Needs
 * ORO_PLATFORM_DIR and the extension; prints one JSON line.
 */

declare(strict_types=1);

use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Sync\RunLimits;
use ExchangeMail\Tests\Bundle\Storing\Host\ServerEngine;
use ExchangeMail\Tests\Bundle\Storing\Host\Services;
use ExchangeMail\Tests\Bundle\Storing\Host\TimedEngine;
use ExchangeMail\Tests\Bundle\Storing\Oro\Contact;
use ExchangeMail\Tests\Bundle\Storing\Oro\OroHost;
use ExchangeSync\AddressBook;
use ExchangeSync\Mailbox;
use Oro\Bundle\OrganizationBundle\Entity\Organization;
use Oro\Bundle\UserBundle\Entity\User;

require_once 'PHPUnit/Autoload.php';
require_once __DIR__ . '/bootstrap.php';

$plan = json_decode($argv[1], true, flags: \JSON_THROW_ON_ERROR);
$addresses = static fn (string $file): array => array_map(
    static fn (string $line): string => str_getcsv($line)[0],
    array_slice(file($file, \FILE_IGNORE_NEW_LINES), 1)
);
$users = $addresses($plan['users']);
$contacts = $addresses($plan['contacts']);
$engines = new ServerEngine([
    'server' => $plan['url'],
    'login' => $plan['login'],
    'password' => $plan['password'],
    'domains' => ['example.com'],
    'auth' => 'basic',
    'concurrency' => $plan['concurrency'],
]);

// the engine alone: everything is read as the bundle reads it, nothing is stored
$book = new AddressBook();
$book->addUsers(array_map(static fn (int $key): array => [$users[$key], $key + 1], array_keys($users)));
$book->addContacts(array_map(static fn (int $key): array => [$contacts[$key], $key + 1], array_keys($contacts)));
$delivered = 0;
$start = TimedEngine::now();
foreach ($engines->get()->run(array_map(static fn (string $user): Mailbox => new Mailbox($user), $users), $book) as $batch) {
    foreach ($batch->messages as $message) {
        $message->html() ?? $message->text();
        foreach ($message->attachments() as $attachment) {
            $attachment->content();
        }
        ++$delivered;
    }
}
$alone = TimedEngine::now() - $start;

$engine = new TimedEngine($engines);
$services = new Services(new OroHost(), $engine);
$em = $services->oro->em;
$organization = (new Organization())->setName('Acme')->setEnabled(true);
$em->persist($organization);
foreach ($users as $number => $address) {
    $user = (new User())->setUsername("user$number")->setEmail($address)->setPassword('-')->setFirstName('Jane')->setLastName('Doe');
    $user->setOrganization($organization);
    $user->addOrganization($organization);
    $user->setEnabled(true);
    $em->persist($user);
    $origin = (new ExchangeEmailOrigin())->setMailboxAddress($address);
    $origin->setOwner($user);
    $origin->setOrganization($organization);
    $origin->setActive(true);
    $em->persist($origin);
}
foreach ($contacts as $address) {
    $em->persist(new Contact($address, $organization));
}
$em->flush();
$em->clear();

$report = $services->synchronizer->readDue(0, -1, new RunLimits());
$end = TimedEngine::now();
if ([] !== $report->failures || 0 !== $report->skipped || $report->collected !== $delivered) {
    fprintf(\STDERR, "%d of %d messages were stored: %s\n", $report->collected, $delivered, $services->logger->text());
    exit(1);
}
$seconds = $end - $engine->firstBatch;
echo json_encode([
    'messages' => $report->collected,
    'seen' => $report->seen,
    'seconds' => round($seconds, 3),
    'per_second' => round($report->collected / $seconds, 1),
    'waiting' => round($engine->waited / $seconds, 4),
    'engine_seconds' => round($alone, 3),
    'engine_per_second' => round($delivered / $alone, 1),
]), "\n";
