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
 * What Oro already has of a set of messages, and the locks on what it has not. Some queries a batch, whatever its size.
 */
final class KnownMail
{
    public function __construct(
        private readonly EmailAddressManager $addressManager,
        private readonly KeyLocks $locks
    ) {
    }

    /**
     * Waits for other processes that store any of these messages, or addresses, for the first time. What they stored is
     * visible afterwards.
     *
     * @param list<Message> $messages
     */
    public function lock(EntityManagerInterface $em, array $messages): void
    {
        $keys = [];
        foreach (self::missing($em, Email::class, 'messageId', self::messageIds($messages)) as $id) {
            $keys[] = 'message ' . $id;
        }
        $addressClass = $this->addressManager->getEmailAddressProxyClass();
        foreach (self::missing($em, $addressClass, 'email', self::addresses($messages)) as $address) {
            $keys[] = 'address ' . $address;
        }
        $this->locks->acquire($em->getConnection(), $keys);
    }

    /**
     * @param list<Message> $messages
     *
     * @return array<string, Email> by Message-ID
     */
    public function emails(EntityManagerInterface $em, array $messages): array
    {
        $emails = $em->createQueryBuilder()
            ->select('e')
            ->from(Email::class, 'e')
            ->where('e.messageId IN (:ids)')
            ->setParameter('ids', self::messageIds($messages))
            ->orderBy('e.id', 'DESC')
            ->getQuery()
            ->getResult();

        $byId = [];
        foreach ($emails as $email) {
            $byId[$email->getMessageId()] = $email;
        }

        return $byId;
    }

    /**
     * @param list<Message> $messages
     *
     * @return array<string, EmailUser> of this mailbox, by Message-ID
     */
    public function emailUsers(EntityManagerInterface $em, ExchangeEmailOrigin $origin, array $messages): array
    {
        $emailUsers = $em->createQueryBuilder()
            ->select('eu', 'e')
            ->from(EmailUser::class, 'eu')
            ->innerJoin('eu.email', 'e')
            ->where('eu.origin = :origin AND e.messageId IN (:ids)')
            ->setParameter('origin', $origin)
            ->setParameter('ids', self::messageIds($messages))
            ->orderBy('eu.id', 'DESC')
            ->getQuery()
            ->getResult();

        $byId = [];
        foreach ($emailUsers as $emailUser) {
            $byId[$emailUser->getEmail()->getMessageId()] = $emailUser;
        }

        return $byId;
    }

    /**
     * @param class-string $class
     * @param list<string> $values
     *
     * @return list<string>
     */
    private static function missing(EntityManagerInterface $em, string $class, string $field, array $values): array
    {
        $present = $em->createQueryBuilder()
            ->select('x.' . $field)
            ->from($class, 'x')
            ->where(\sprintf('x.%s IN (:values)', $field))
            ->setParameter('values', $values)
            ->getQuery()
            ->getSingleColumnResult();

        return array_values(array_diff($values, $present));
    }

    /**
     * @param list<Message> $messages
     *
     * @return list<string>
     */
    private static function messageIds(array $messages): array
    {
        return array_values(array_unique(array_map(MessageWriter::messageId(...), $messages)));
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
