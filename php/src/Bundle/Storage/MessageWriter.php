<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Storage;

use ExchangeSync\Message;
use Oro\Bundle\EmailBundle\Builder\EmailEntityBuilder;
use Oro\Bundle\EmailBundle\Entity\Email;
use Oro\Bundle\EmailBundle\Entity\EmailFolder;
use Oro\Bundle\EmailBundle\Entity\EmailUser;
use Oro\Bundle\EmailBundle\Entity\Mailbox;
use Oro\Bundle\OrganizationBundle\Entity\Organization;
use Oro\Bundle\UserBundle\Entity\User;

/**
 * Turns a message of the engine into Oro's entities by Oro's own builder. Knows no database.
 */
final class MessageWriter
{
    private const THREAD_ID_LENGTH = 255;

    public function __construct(private readonly EmailEntityBuilder $builder)
    {
    }

    /**
     * Registers the message with the builder's batch.
     *
     * @param string $key what Oro is to know the message by
     *
     * @throws \Oro\Bundle\EmailBundle\Exception\EmailAddressParseException
     */
    public function write(
        Message $message,
        string $key,
        EmailFolder $folder,
        User|Mailbox|null $owner,
        Organization $organization
    ): EmailUser {
        $emailUser = $this->builder->emailUser(
            Text::clean($message->subject),
            Text::clean((string)$message->from),
            self::addresses($message->to),
            self::date($message->sent),
            self::date($message->received),
            self::date($message->received),
            self::importance($message->importance),
            self::addresses($message->cc),
            self::addresses($message->bcc),
            $owner,
            $organization
        );
        $emailUser->addFolder($folder);
        $emailUser->setSeen($message->read);
        $emailUser->setOrigin($folder->getOrigin());

        $email = $emailUser->getEmail();
        $email->setMessageId($key);
        $email->setRefs(self::references($message));
        $email->setXThreadId(
            null === $message->threadId ? null : Text::key($message->threadId, self::THREAD_ID_LENGTH)
        );
        $email->setAcceptLanguageHeader(
            null === $message->acceptLanguage ? null : Text::clean($message->acceptLanguage)
        );

        return $emailUser;
    }

    /**
     * @param iterable<\ExchangeSync\Address> $addresses
     *
     * @return list<string>
     */
    private static function addresses(iterable $addresses): array
    {
        $result = [];
        foreach ($addresses as $address) {
            $result[] = Text::clean((string)$address);
        }

        return $result;
    }

    /** RFC 5322, 3.6.4: an answer without References names its parent in In-Reply-To. */
    private static function references(Message $message): ?string
    {
        $ids = $message->references;
        if (null !== $message->inReplyTo && !\in_array($message->inReplyTo, $ids, true)) {
            $ids[] = $message->inReplyTo;
        }

        return [] === $ids ? null : implode(' ', array_map(MessageIdentity::key(...), $ids));
    }

    private static function importance(string $importance): int
    {
        return match ($importance) {
            'high' => Email::HIGH_IMPORTANCE,
            'low' => Email::LOW_IMPORTANCE,
            default => Email::NORMAL_IMPORTANCE,
        };
    }

    /** Oro's datetime columns take \DateTime in UTC only. */
    private static function date(\DateTimeImmutable $date): \DateTime
    {
        return \DateTime::createFromImmutable($date)->setTimezone(new \DateTimeZone('UTC'));
    }
}
