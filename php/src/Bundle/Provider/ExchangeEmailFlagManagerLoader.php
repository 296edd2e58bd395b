<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Provider;

use Doctrine\ORM\EntityManagerInterface;
use ExchangeMail\Bundle\Engine\EngineProviderInterface;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Manager\ExchangeEmailFlagManager;
use Oro\Bundle\EmailBundle\Entity\EmailFolder;
use Oro\Bundle\EmailBundle\Entity\EmailOrigin;
use Oro\Bundle\EmailBundle\Provider\EmailFlagManagerInterface;
use Oro\Bundle\EmailBundle\Provider\EmailFlagManagerLoaderInterface;

/**
 * Loads the flag manager of Exchange mailboxes.
 */
final class ExchangeEmailFlagManagerLoader implements EmailFlagManagerLoaderInterface
{
    public function __construct(private readonly EngineProviderInterface $engines)
    {
    }

    public function supports(EmailOrigin $origin): bool
    {
        return $origin instanceof ExchangeEmailOrigin;
    }

    public function select(EmailFolder $folder, EntityManagerInterface $em): EmailFlagManagerInterface
    {
        return new ExchangeEmailFlagManager($this->engines, $em);
    }
}
