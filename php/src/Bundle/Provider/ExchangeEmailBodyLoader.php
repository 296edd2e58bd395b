<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Provider;

use Doctrine\ORM\EntityManagerInterface;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Storage\BodyFactory;
use Oro\Bundle\EmailBundle\Entity\Email;
use Oro\Bundle\EmailBundle\Entity\EmailBody;
use Oro\Bundle\EmailBundle\Entity\EmailFolder;
use Oro\Bundle\EmailBundle\Entity\EmailOrigin;
use Oro\Bundle\EmailBundle\Exception\EmailBodyNotFoundException;
use Oro\Bundle\EmailBundle\Provider\EmailBodyLoaderInterface;

/**
 * Loads the body of an email via Exchange Web Services, where it was not stored with the email or was removed since.
 */
final class ExchangeEmailBodyLoader implements EmailBodyLoaderInterface
{
    public function __construct(
        private readonly ExchangeMessageFinder $finder,
        private readonly BodyFactory $bodies
    ) {
    }

    public function supports(EmailOrigin $origin): bool
    {
        return $origin instanceof ExchangeEmailOrigin;
    }

    public function loadEmailBody(EmailFolder $folder, Email $email, EntityManagerInterface $em): EmailBody
    {
        $message = $this->finder->find($em, $email);
        if (null === $message) {
            throw new EmailBodyNotFoundException($email);
        }

        return $this->bodies->create($message);
    }
}
