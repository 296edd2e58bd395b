<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Storage;

use Oro\Bundle\EmailBundle\Entity\Email;
use Oro\Bundle\EmailBundle\Entity\EmailUser;

/**
 * What Oro has of a set of messages.
 */
final class Known
{
    /**
     * @param array<string, string>    $keys       what Oro knows each message by, by EWS ItemId
     * @param array<string, Email>     $emails     by key
     * @param array<string, EmailUser> $emailUsers of the mailbox's owner, by key
     */
    public function __construct(
        public readonly array $keys,
        public readonly array $emails,
        public readonly array $emailUsers
    ) {
    }
}
