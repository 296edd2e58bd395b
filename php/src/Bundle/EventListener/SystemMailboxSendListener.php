<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\EventListener;

use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use Oro\Bundle\EmailBundle\Entity\EmailUser;
use Oro\Bundle\EmailBundle\Event\BeforeMessageEvent;
use Oro\Bundle\EmailBundle\Mailer\Envelope\EmailOriginAwareEnvelope;

/**
 * Lets a system mailbox of Exchange send as one of IMAP does: by its SMTP settings, and into its own sent mail. Oro does both
 * for its own class of origins only.
 */
final class SystemMailboxSendListener
{
    /**
     * Before Oro's listener looks for SMTP settings.
     */
    public function onBeforeMessage(BeforeMessageEvent $event): void
    {
        $envelope = $event->getEnvelope();
        $origin = $envelope instanceof EmailOriginAwareEnvelope ? $envelope->getEmailOrigin() : null;
        if ($origin instanceof ExchangeEmailOrigin && null !== $origin->getSmtpOrigin()) {
            $envelope->setEmailOrigin($origin->getSmtpOrigin());
        }
    }

    public function prePersist(EmailUser $emailUser): void
    {
        $origin = $emailUser->getOrigin();
        if ($origin instanceof ExchangeEmailOrigin && null === $emailUser->getOwner() && null === $emailUser->getMailboxOwner()) {
            $emailUser->setMailboxOwner($origin->getMailbox());
        }
    }
}
