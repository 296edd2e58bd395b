<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Manager;

use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Lease\OriginLeases;
use ExchangeMail\Bundle\Settings\DomainList;
use Oro\Bundle\EmailBundle\Entity\EmailFolder;
use Oro\Bundle\EmailBundle\Entity\Mailbox;
use Oro\Bundle\EmailBundle\Model\FolderType;
use Oro\Bundle\ImapBundle\Entity\UserEmailOrigin;

/**
 * The Exchange origins of Oro's system mailboxes: an administrator chooses Exchange for each in the mailbox's own form.
 *
 * The mailbox's origin is ours, so that Oro finds its folders. Oro's own origin stays beside it: the mailbox sends by its SMTP
 * settings, and gets it back when Exchange is switched off. It is not read meanwhile.
 */
final class SystemMailboxOrigins
{
    private const SENT_FOLDER = 'Sent Items';

    public function __construct(private readonly ManagerRegistry $doctrine, private readonly OriginLeases $leases)
    {
    }

    public function usesExchange(?Mailbox $mailbox): bool
    {
        return $mailbox?->getOrigin() instanceof ExchangeEmailOrigin;
    }

    /**
     * Oro's own origin of the mailbox, whichever reads it.
     */
    public function getSmtpOrigin(Mailbox $mailbox): ?UserEmailOrigin
    {
        $origin = $mailbox->getOrigin();

        return $origin instanceof ExchangeEmailOrigin ? $origin->getSmtpOrigin() : $origin;
    }

    /**
     * Reads the mailbox from Exchange from now on.
     *
     * @param UserEmailOrigin|null    $smtpOrigin by which it sends; null: by the mailer of the application
     * @param \DateTimeInterface|null $since      older mail is not collected
     */
    public function assign(Mailbox $mailbox, ?UserEmailOrigin $smtpOrigin, ?\DateTimeInterface $since): void
    {
        $origin = $mailbox->getOrigin();
        if (!$origin instanceof ExchangeEmailOrigin) {
            $before = $origin;
            $origin = $this->doctrine->getRepository(ExchangeEmailOrigin::class)->findFormer($mailbox) ?? new ExchangeEmailOrigin();
            $origin
                ->setMailboxAddress((string)$mailbox->getEmail())
                ->setOrganization($mailbox->getOrganization());
            $origin->switchOn(new \DateTime('now', new \DateTimeZone('UTC')));
            $mailbox->setOrigin($origin);
            self::setAside($before);
        }
        $this->addSentFolder($origin);
        $this->setSince($origin, $since);

        $before = $origin->getSmtpOrigin();
        if ($before !== $smtpOrigin) {
            self::setAside($before);
        }
        $origin->setSmtpOrigin($smtpOrigin);
        if (null !== $smtpOrigin) {
            // the form makes it the signed-in user's
            $smtpOrigin->setOwner(null);
            $smtpOrigin->setOrganization($mailbox->getOrganization());
            self::setAside($smtpOrigin);
        }
    }

    /**
     * @param UserEmailOrigin|null $origin what the mailbox has instead
     */
    public function release(Mailbox $mailbox, ?UserEmailOrigin $origin): void
    {
        $exchange = $mailbox->getOrigin();
        if (!$exchange instanceof ExchangeEmailOrigin) {
            return;
        }
        $mailbox->setOrigin($origin);
        $exchange->switchOff();
        $exchange->setSmtpOrigin(null);
        $origin?->setIsSyncEnabled(true);
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
                $origin->setMailboxAddress($address)->resetRootCheckpoint()->setNextRunAt(null);
            }
            if (null !== $mailbox && $mailbox->getOrganization() !== $origin->getOrganization()) {
                $origin->setOrganization($mailbox->getOrganization());
            }
            $isWanted = null !== $mailbox && $domains->covers($address);
            if ($isWanted && !$origin->isSyncEnabled()) {
                $origin->switchOn(new \DateTime('now', new \DateTimeZone('UTC')));
            } elseif (!$isWanted && $origin->isSyncEnabled()) {
                $origin->switchOff();
            }
        }
        if ([] !== $origins) {
            $em->flush();
        }
    }

    private function setSince(ExchangeEmailOrigin $origin, ?\DateTimeInterface $since): void
    {
        $before = $origin->getSince();
        $origin->setSince($since);
        if (null === $before || (null !== $since && $since >= $before)) {
            return;
        }
        // what was passed over is looked at again; a run under way must not write its checkpoints back
        if (null !== $origin->getId()) {
            $this->leases->revoke([$origin->getId()]);
            $this->leases->startOver([$origin->getId()]);
        }
    }

    /**
     * Oro saves no mailbox without one, and files there what is sent. Storing takes it for Exchange's own.
     */
    private function addSentFolder(ExchangeEmailOrigin $origin): void
    {
        if (null === $origin->getFolder(FolderType::SENT)) {
            $origin->addFolder(
                (new EmailFolder())
                    ->setType(FolderType::SENT)
                    ->setName(self::SENT_FOLDER)
                    ->setFullName(self::SENT_FOLDER)
                    ->setSyncEnabled(true)
            );
        }
    }

    /**
     * Not read, but there: Oro deletes all mail of an origin that is not active.
     */
    private static function setAside(?UserEmailOrigin $origin): void
    {
        $origin?->setActive(true);
        $origin?->setIsSyncEnabled(false);
    }
}
