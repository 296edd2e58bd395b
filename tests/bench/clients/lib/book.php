<?php

/* The generated address book: rows of users.csv and contacts.csv, and the matching rule for clients that have none. */

declare(strict_types=1);

/** @return iterable<array{string, int}> address and id */
function rows(string $file): iterable
{
    $lines = fopen($file, 'rb');
    fgets($lines);
    while (($line = fgets($lines)) !== false) {
        [$email, $id] = explode(',', $line, 3);
        yield [$email, (int) $id];
    }
    fclose($lines);
}

final class Book
{
    /** @var array<string, true> */
    private array $users = [];

    /** @var array<string, true> */
    private array $contacts = [];

    public function __construct(string $users, string $contacts)
    {
        foreach (rows($users) as [$email]) {
            $this->users[strtolower($email)] = true;
        }
        foreach (rows($contacts) as [$email]) {
            $this->contacts[strtolower($email)] = true;
        }
    }

    /** @param list<string> $recipients */
    public function matches(string $sender, array $recipients): bool
    {
        $sender = strtolower($sender);
        $fromContact = isset($this->contacts[$sender]);
        $fromUser = isset($this->users[$sender]);
        foreach ($fromContact || $fromUser ? $recipients : [] as $recipient) {
            $recipient = strtolower($recipient);
            $crosses = ($fromContact && isset($this->users[$recipient])) || ($fromUser && isset($this->contacts[$recipient]));
            if ($crosses && $recipient !== $sender) {
                return true;
            }
        }

        return false;
    }
}
