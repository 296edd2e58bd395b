<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Storage;

use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeSync\Message;
use Oro\Bundle\EmailBundle\Entity\Email;
use Oro\Bundle\EmailBundle\Entity\EmailUser;

/**
 * Which mail is which. Oro goes by the Message-ID alone, but templates, ticket systems and gateways give one to different mails: a
 * copy has the sender, the second it was sent and the subject as well. Another mail with the same id gets a key of its own.
 */
final class MessageIdentity
{
    /** The width of oro_email.message_id. */
    private const KEY_LENGTH = 512;

    /** The width of oro_email.subject. */
    private const SUBJECT_LENGTH = 998;

    /** Oro takes the time of a mail that it sends twice, for the header and for itself. */
    private const SENT_BY_ORO_IN_SECONDS = 2;

    /**
     * What Oro knows a message by, and another message refers to it by.
     *
     * @param string $messageId with angle brackets
     */
    public static function key(string $messageId): string
    {
        return Text::key($messageId, self::KEY_LENGTH, '>');
    }

    /**
     * The key of a message whose Message-ID another mail has already. Every mailbox that has the message finds the same one.
     */
    public static function distinctKey(Message $message): string
    {
        $hash = substr(hash('sha256', implode("\n", self::of($message))), 0, 16);

        return Text::key(rtrim(Text::clean($message->messageId), '>') . '~' . $hash . '>', self::KEY_LENGTH, '>');
    }

    public static function areSame(Message $one, Message $other): bool
    {
        return self::of($one) === self::of($other);
    }

    public static function isStored(Message $message, Email $email): bool
    {
        [$sender, $sent, $subject] = self::of($message);
        if (
            $sender !== mb_strtolower((string)$email->getFromEmailAddress()?->getEmail())
            || $subject !== self::subject((string)$email->getSubject())
        ) {
            return false;
        }
        $difference = abs((int)$sent - (int)$email->getSentAt()?->getTimestamp());

        return 0 === $difference || ($difference <= self::SENT_BY_ORO_IN_SECONDS && self::isSentByOro($email));
    }

    private static function isSentByOro(Email $email): bool
    {
        return $email->getEmailUsers()->exists(
            static fn (int|string $key, EmailUser $emailUser): bool => !$emailUser->getOrigin() instanceof ExchangeEmailOrigin
        );
    }

    /**
     * @return array{0: string, 1: string, 2: string} sender, UNIX time, subject
     */
    private static function of(Message $message): array
    {
        return [
            mb_strtolower(Text::clean($message->from->email)),
            (string)$message->sent->getTimestamp(),
            self::subject(Text::clean($message->subject)),
        ];
    }

    private static function subject(string $subject): string
    {
        return trim((string)preg_replace('/\s+/u', ' ', mb_substr($subject, 0, self::SUBJECT_LENGTH)));
    }
}
