<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Manager;

use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Settings\DomainList;
use Oro\Bundle\EmailBundle\Entity\Mailbox;

/**
 * The Exchange origins of Oro's system mailboxes: an administrator chooses Exchange for each in the mailbox's own form.
 */
final class SystemMailboxOrigins
{
    public function __construct(private readonly ManagerRegistry $doctrine)
    {
    }

    public function usesExchange(?Mailbox $mailbox): bool
    {
        return $mailbox?->getOrigin() instanceof ExchangeEmailOrigin;
    }

    /**
     * Reads the mailbox from Exchange from now on; what was set up for it before is switched off by Mailbox::setOrigin().
     */
    public function assign(Mailbox $mailbox): void
    {
        if ($this->usesExchange($mailbox)) {
            return;
        }

        $origin = new ExchangeEmailOrigin();
        $origin->setMailboxAddress((string)$mailbox->getEmail())->setOrganization($mailbox->getOrganization());
        $mailbox->setOrigin($origin);
    }

    public function release(Mailbox $mailbox): void
    {
        if ($this->usesExchange($mailbox)) {
            $mailbox->setOrigin(null);
        }
    }

    /**
     * Keeps address, organization and state in step with the mailboxes and the domain list; an origin whose mailbox was
     * deleted is switched off.
     */
    public function follow(DomainList $domains): void
    {
        $em = $this->doctrine->getManagerForClass(ExchangeEmailOrigin::class);
        /** @var list<ExchangeEmailOrigin> $origins */
        $origins = $em->createQueryBuilder()
            ->select('o', 'm')
            ->from(ExchangeEmailOrigin::class, 'o')
            ->leftJoin('o.mailbox', 'm')
            ->where('o.owner IS NULL')
            ->getQuery()
            ->getResult();

        foreach ($origins as $origin) {
            $mailbox = $origin->getMailbox();
            $address = mb_strtolower((string)$mailbox?->getEmail());
            if (null !== $mailbox && $address !== $origin->getMailboxAddress()) {
                $origin->setMailboxAddress($address)->resetRootCheckpoint();
            }
            if (null !== $mailbox && $mailbox->getOrganization() !== $origin->getOrganization()) {
                $origin->setOrganization($mailbox->getOrganization());
            }
            $active = null !== $mailbox && $domains->covers($address);
            if ($active !== $origin->isActive()) {
                $origin->setActive($active);
            }
        }
        if ([] !== $origins) {
            $em->flush();
        }
    }
}
