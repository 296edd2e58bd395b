<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Provider;

use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Entity\ExchangeEmail;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Storage\BodyFactory;
use ExchangeSync\Attachment;
use Oro\Bundle\EmailBundle\Entity\EmailAttachment;
use Oro\Bundle\EmailBundle\Entity\EmailBody;
use Oro\Bundle\EmailBundle\Entity\EmailOrigin;
use Oro\Bundle\EmailBundle\Exception\EmailAttachmentNotFoundException;
use Oro\Bundle\EmailBundle\Exception\EmailBodyNotFoundException;
use Oro\Bundle\EmailBundle\Provider\EmailAttachmentLoaderInterface;

/**
 * Loads attachments of an email via Exchange Web Services, where Oro's settings kept them out of the database.
 */
final class ExchangeEmailAttachmentLoader implements EmailAttachmentLoaderInterface
{
    public function __construct(
        private readonly ManagerRegistry $doctrine,
        private readonly ExchangeMessageFinder $finder,
        private readonly BodyFactory $bodies
    ) {
    }

    public function supports(EmailOrigin $origin): bool
    {
        return $origin instanceof ExchangeEmailOrigin;
    }

    /**
     * @return list<EmailAttachment>
     */
    public function loadEmailAttachments(EmailBody $emailBody): array
    {
        return array_map($this->bodies->attachment(...), $this->attachments($emailBody));
    }

    public function loadEmailAttachment(EmailBody $emailBody, string $attachmentName): ?EmailAttachment
    {
        foreach ($this->attachments($emailBody) as $attachment) {
            if (BodyFactory::fileName($attachment) === $attachmentName) {
                return $this->bodies->attachment($attachment);
            }
        }

        return null;
    }

    /**
     * @return non-empty-list<Attachment>
     */
    private function attachments(EmailBody $emailBody): array
    {
        $email = $emailBody->getEmail();
        $message = $this->finder->find($this->doctrine->getManagerForClass(ExchangeEmail::class), $email);
        if (null === $message) {
            throw new EmailBodyNotFoundException($email);
        }
        $attachments = $message->attachments();
        if ([] === $attachments) {
            throw new EmailAttachmentNotFoundException($email);
        }

        return $attachments;
    }
}
