<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Manager;

use Doctrine\ORM\EntityManagerInterface;
use ExchangeMail\Bundle\Engine\EngineProviderInterface;
use ExchangeMail\Bundle\Entity\ExchangeEmail;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use Oro\Bundle\EmailBundle\Entity\Email;
use Oro\Bundle\EmailBundle\Entity\EmailFolder;
use Oro\Bundle\EmailBundle\Provider\EmailFlagManagerInterface;

/**
 * Marks messages in Exchange as read or unread when a user of Oro does, while the integration and the mailbox are switched on.
 * EWS has no other flag that Oro knows.
 */
final class ExchangeEmailFlagManager implements EmailFlagManagerInterface
{
    public const FLAG_SEEN = '\Seen';

    public function __construct(
        private readonly EngineProviderInterface $engines,
        private readonly EntityManagerInterface $em
    ) {
    }

    public function setFlags(EmailFolder $folder, Email $email, $flags): void
    {
        $this->setRead($folder, $email, \in_array(self::FLAG_SEEN, (array)$flags, true));
    }

    public function setUnseen(EmailFolder $folder, Email $email): void
    {
        $this->setRead($folder, $email, false);
    }

    public function setSeen(EmailFolder $folder, Email $email): void
    {
        $this->setRead($folder, $email, true);
    }

    private function setRead(EmailFolder $folder, Email $email, bool $read): void
    {
        if (!$this->engines->isEnabled()) {
            return;
        }
        $origin = $folder->getOrigin();
        $item = $this->em->getRepository(ExchangeEmail::class)->findOneInFolder($email, $folder);
        // what was deleted in Exchange has no flag there
        if (null !== $item && $origin instanceof ExchangeEmailOrigin && $origin->isSyncEnabled()) {
            $this->engines->get()->setRead((string)$origin->getMailboxAddress(), [$item->getItemId()], $read);
        }
    }
}
