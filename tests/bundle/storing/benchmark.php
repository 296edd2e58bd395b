<?php

/**
 * How many messages a second reach Oro's tables: benchmark.php bundle|imap|rows COUNT. bundle is this project's
 * way, imap is that of Oro's IMAP synchronization, rows that of Oro's API. Needs ORO_PLATFORM_DIR; prints one JSON line.
 */

declare(strict_types=1);

use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Lease\OriginLeases;
use ExchangeMail\Tests\Bundle\Storing\Host\ImapLikeProcessor;
use ExchangeMail\Tests\Bundle\Storing\Host\Mail;
use ExchangeMail\Tests\Bundle\Storing\Host\PlayedEngine;
use ExchangeMail\Tests\Bundle\Storing\Host\Services;
use ExchangeMail\Tests\Bundle\Storing\Oro\Contact;
use ExchangeMail\Tests\Bundle\Storing\Oro\OroHost;
use ExchangeSync\Address;
use ExchangeSync\Batch;
use Oro\Bundle\EmailBundle\Entity\EmailFolder;
use Oro\Bundle\OrganizationBundle\Entity\Organization;
use Oro\Bundle\UserBundle\Entity\User;

require_once 'PHPUnit/Autoload.php';
require_once __DIR__ . '/bootstrap.php';

[, $way, $count] = $argv + [1 => 'bundle', 2 => '1000'];
$services = new Services(new OroHost(), new PlayedEngine());
$em = $services->oro->em;

$organization = (new Organization())->setName('Acme')->setEnabled(true);
$em->persist($organization);
$user = (new User())->setUsername('jane')->setEmail('jane@example.com')->setPassword('-')->setFirstName('Jane')->setLastName('Doe');
$user->setOrganization($organization);
$user->addOrganization($organization);
$em->persist($user);
for ($i = 0; $i < 50; ++$i) {
    $em->persist(new Contact("contact$i@customer.test", $organization));
}
$origin = (new ExchangeEmailOrigin())->setMailboxAddress('jane@example.com');
$origin->setOwner($user);
$origin->setOrganization($organization);
$em->persist($origin);
$folder = (new EmailFolder())->setName('Inbox')->setFullName('Inbox')->setType('inbox')->setOrigin($origin);
$em->persist($folder);
$em->flush();
[$originId, $folderId] = [$origin->getId(), $folder->getId()];
$em->clear();

// a minute after each other; a third are answers to the one before, a tenth has an attachment
$messages = [];
$first = new DateTimeImmutable('2026-03-05 10:00:00 UTC');
for ($i = 0; $i < (int)$count; ++$i) {
    $date = $first->modify("+$i minutes");
    $messages[] = Mail::message([
        'itemId' => "item$i",
        'messageId' => "<$i@customer.test>",
        'from' => new Address("Contact $i", sprintf('contact%d@customer.test', $i % 50)),
        'to' => [new Address(null, 'jane@example.com'), new Address(null, sprintf('copy%d@elsewhere.test', $i % 97))],
        'sent' => $date,
        'received' => $date,
        'references' => 1 === $i % 3 ? [sprintf('<%d@customer.test>', $i - 1)] : [],
        'html' => '<p>' . str_repeat("Dear Jane, this is line number $i of a letter.<br>", 60) . '</p>',
        'attachments' => 0 === $i % 10 ? [Mail::attachment('a.bin', random_bytes(20000))] : [],
    ]);
}

memory_reset_peak_usage();
$before = memory_get_usage();
$start = hrtime(true);
if ('bundle' === $way) {
    $token = OriginLeases::newToken();
    $services->leases->take([$originId], $token);
    foreach (array_chunk($messages, 100) as $chunk) {
        $services->store->store($originId, $token, new Batch('jane@example.com', Mail::inbox(), $chunk, checkpoint: 'x'));
    }
} elseif ('rows' === $way) {
    (new ImapLikeProcessor($services))->storeRows($folderId, $messages);
} else {
    (new ImapLikeProcessor($services))->store($folderId, $messages);
}
$seconds = (hrtime(true) - $start) / 1e9;

$stored = static fn (string $table): int => (int)$em->getConnection()->fetchOne('SELECT COUNT(*) FROM ' . $table);
echo json_encode([
    'way' => $way,
    'messages' => (int)$count,
    'seconds' => round($seconds, 3),
    'per_second' => round($count / $seconds, 1),
    'peak_mib' => round((memory_get_peak_usage() - $before) / 1048576, 1),
    'emails' => $stored('oro_email'),
    'bodies' => $stored('oro_email_body'),
    'activities' => $stored('oro_activity_list'),
    'threads' => $stored('oro_email_thread'),
]), "\n";
