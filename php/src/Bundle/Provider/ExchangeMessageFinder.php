<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Provider;

use Doctrine\ORM\EntityManagerInterface;
use ExchangeMail\Bundle\Engine\EngineProviderInterface;
use ExchangeMail\Bundle\Entity\ExchangeEmail;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeSync\ImpersonationException;
use ExchangeSync\Message;
use Oro\Bundle\EmailBundle\Entity\Email;

/**
 * Fetches a stored e-mail from Exchange once more, from whichever mailbox still has it.
 */
final class ExchangeMessageFinder
{
    public function __construct(private readonly EngineProviderInterface $engines)
    {
    }

    /**
     * @return Message|null null: no mailbox has it any more
     *
     * @throws \ExchangeSync\Exception
     */
    public function find(EntityManagerInterface $em, Email $email): ?Message
    {
        /** @var list<ExchangeEmail> $items */
        $items = $em->createQueryBuilder()
            ->select('ee', 'ef', 'f', 'o')
            ->from(ExchangeEmail::class, 'ee')
            ->innerJoin('ee.exchangeFolder', 'ef')
            ->innerJoin('ef.folder', 'f')
            ->innerJoin('f.origin', 'o')
            ->where('ee.email = :email AND (o.isSyncEnabled IS NULL OR o.isSyncEnabled = :yes)')
            ->setParameter('email', $email)
            ->setParameter('yes', true)
            ->orderBy('ee.id', 'DESC')
            ->getQuery()
            ->getResult();

        $engine = $refusal = null;
        foreach ($items as $item) {
            $origin = $item->getExchangeFolder()->getFolder()->getOrigin();
            if (!$origin instanceof ExchangeEmailOrigin) {
                continue;
            }
            $engine ??= $this->engines->get();
            try {
                $message = $engine->message((string)$origin->getMailboxAddress(), $item->getItemId());
            } catch (ImpersonationException $e) {
                // another mailbox may be open to the account, and have it
                $refusal ??= $e;
                continue;
            }
            if (null !== $message) {
                return $message;
            }
        }

        return null === $refusal ? null : throw $refusal;
    }
}
