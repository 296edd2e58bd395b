<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Storage;

/**
 * One e-mail as a line of a contact's history.
 */
final class Activity
{
    /**
     * @param array<string, list<Person>> $recipients  of to, cc and bcc
     * @param list<string>                $attachments file names
     */
    public function __construct(
        public readonly \DateTimeImmutable $sent,
        public readonly string $direction,
        public readonly Person $from,
        public readonly array $recipients,
        public readonly string $subject,
        public readonly array $attachments
    ) {
    }
}
