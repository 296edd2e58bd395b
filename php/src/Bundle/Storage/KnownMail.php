<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Storage;

use Doctrine\ORM\EntityManagerInterface;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeSync\Message;
use Oro\Bundle\EmailBundle\Entity\Email;
use Oro\Bundle\EmailBundle\Entity\EmailUser;
use Oro\Bundle\EmailBundle\Entity\Manager\EmailAddressManager;

/**
 * Finds what Oro already has of a set of messages. Some queries a batch, whatever its size.
 */
final class KnownMail
{
    public function __construct(private readonly EmailAddressManager $addressManager)
    {
    }

    /**
     * Names of what Oro does not have yet, on which whoever stores it has to wait for others. To be called before the transaction:
     * on MySQL what a transaction reads first is what it sees to its end.
     *
     * @param list<Message> $messages
     *
     * @return list<string>
     */
    public function getLockNames(EntityManagerInterface $em, array $messages): array
    {
        if ([] === $messages) {
            return [];
        }
        $emails = $this->emails($em, $messages);
        $keys = self::keys($messages, $emails);
        $names = [];
        foreach ($messages as $message) {
            if (!isset($emails[$keys[$message->itemId]])) {
                $names[] = 'message ' . MessageIdentity::key($message->messageId);
            }
        }
        $addresses = self::addresses($messages);
        $present = $em->createQueryBuilder()
            ->select('a.email')
            ->from($this->addressManager->getEmailAddressProxyClass(), 'a')
            ->where('a.email IN (:addresses)')
            ->setParameter('addresses', $addresses)
            ->getQuery()
            ->getSingleColumnResult();
        foreach (array_diff($addresses, $present) as $address) {
            $names[] = 'address ' . $address;
        }

        return array_values(array_unique($names));
    }

    /**
     * @param list<Message> $messages
     */
    public function find(EntityManagerInterface $em, ExchangeEmailOrigin $origin, array $messages): Known
    {
        $emails = $this->emails($em, $messages);
        $keys = self::keys($messages, $emails);
        $emails = array_intersect_key($emails, array_flip($keys));

        return new Known($keys, $emails, $this->emailUsers($em, $origin, $emails));
    }

    /**
     * @param list<Message>        $messages
     * @param array<string, Email> $emails
     *
     * @return array<string, string> by EWS ItemId
     */
    private static function keys(array $messages, array $emails): array
    {
        $keys = [];
        /** @var array<string, Message> $first */
        $first = [];
        foreach ($messages as $message) {
            $key = MessageIdentity::key($message->messageId);
            $isTaken = isset($emails[$key])
                ? !MessageIdentity::isStored($message, $emails[$key])
                : isset($first[$key]) && !MessageIdentity::areSame($message, $first[$key]);
            $first[$key] ??= $message;
            $keys[$message->itemId] = $isTaken ? MessageIdentity::distinctKey($message) : $key;
        }

        return $keys;
    }

    /**
     * @param list<Message> $messages
     *
     * @return array<string, Email> by key
     */
    private function emails(EntityManagerInterface $em, array $messages): array
    {
        $keys = [];
        foreach ($messages as $message) {
            $keys[] = MessageIdentity::key($message->messageId);
            $keys[] = MessageIdentity::distinctKey($message);
        }
        $emails = $em->createQueryBuilder()
            ->select('e', 'a')
            ->from(Email::class, 'e')
            ->leftJoin('e.fromEmailAddress', 'a')
            ->where('e.messageId IN (:keys)')
            ->setParameter('keys', array_values(array_unique($keys)))
            ->orderBy('e.id', 'DESC')
            ->getQuery()
            ->getResult();
        $byKey = [];
        foreach ($emails as $email) {
            $byKey[$email->getMessageId()] = $email;
        }

        return $byKey;
    }

    /**
     * Of this mailbox, or of another origin of its owner: what he sent from Oro or got by IMAP is not in My Emails twice.
     *
     * @param array<string, Email> $emails by key
     *
     * @return array<string, EmailUser> by key
     */
    private function emailUsers(EntityManagerInterface $em, ExchangeEmailOrigin $origin, array $emails): array
    {
        if ([] === $emails) {
            return [];
        }
        $emailUsers = EmailUserOwner::of($origin)
            ->restrict($em->createQueryBuilder()->select('eu', 'o')->from(EmailUser::class, 'eu')->leftJoin('eu.origin', 'o'))
            ->andWhere('eu.email IN (:emails)')
            ->setParameter('emails', array_values($emails))
            ->orderBy('eu.id', 'DESC')
            ->getQuery()
            ->getResult();
        $byKey = [];
        foreach ($emailUsers as $emailUser) {
            $key = $emailUser->getEmail()->getMessageId();
            if (($byKey[$key] ?? null)?->getOrigin() !== $origin || $emailUser->getOrigin() === $origin) {
                $byKey[$key] = $emailUser;
            }
        }

        return $byKey;
    }

    /**
     * @param list<Message> $messages
     *
     * @return list<string>
     */
    private static function addresses(array $messages): array
    {
        $addresses = [];
        foreach ($messages as $message) {
            foreach ([[$message->from], $message->to, $message->cc, $message->bcc] as $list) {
                foreach ($list as $address) {
                    $addresses[Text::clean($address->email)] = true;
                }
            }
        }

        return array_map('strval', array_keys($addresses));
    }
}
