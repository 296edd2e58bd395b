<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Storage;

use ExchangeSync\Attachment;
use ExchangeSync\Message;
use Oro\Bundle\ConfigBundle\Config\ConfigManager;
use Oro\Bundle\EmailBundle\Builder\EmailEntityBuilder;
use Oro\Bundle\EmailBundle\Entity\EmailAttachment;
use Oro\Bundle\EmailBundle\Entity\EmailBody;

/**
 * Makes Oro's body and attachments of a message. Reads an attachment only if Oro's settings want it stored.
 */
final class BodyFactory
{
    private const FILE_NAME_LENGTH = 255;

    private const CONTENT_TYPE_LENGTH = 100;

    private const CONTENT_ID_LENGTH = 255;

    private const BYTES_IN_MEGABYTE = 1_000_000;

    public function __construct(
        private readonly EmailEntityBuilder $builder,
        private readonly ConfigManager $config
    ) {
    }

    public function create(Message $message): EmailBody
    {
        $html = $message->html();
        $body = $this->builder->body(Text::clean($html ?? $message->text() ?? ''), null !== $html);
        // Oro cuts the preview after a number of bytes, which may leave half a character that a database refuses
        $body->setTextBody(Text::wholeCharacters((string)$body->getTextBody()));
        foreach ($message->attachments() as $attachment) {
            $entity = $this->describe($attachment);
            if ($this->isWanted($attachment)) {
                $this->fill($entity, $attachment);
            }
            $this->builder->addEmailAttachmentEntity($body, $entity);
        }

        return $body;
    }

    /**
     * The attachment with its content, whatever Oro's settings say: for somebody who asks for it.
     */
    public function attachment(Attachment $attachment): EmailAttachment
    {
        $entity = $this->describe($attachment);
        $this->fill($entity, $attachment);

        return $entity;
    }

    /**
     * The name under which Oro keeps this attachment.
     */
    public static function fileName(Attachment $attachment): string
    {
        $name = Text::clean($attachment->fileName);
        if (mb_strlen($name) <= self::FILE_NAME_LENGTH) {
            return '' === $name ? 'attachment' : $name;
        }
        $extension = mb_substr(pathinfo($name, \PATHINFO_EXTENSION), 0, 16);
        $suffix = '' === $extension ? '' : '.' . $extension;

        return mb_substr($name, 0, self::FILE_NAME_LENGTH - mb_strlen($suffix)) . $suffix;
    }

    private function describe(Attachment $attachment): EmailAttachment
    {
        $type = Text::clean($attachment->contentType);
        // a shortened media type would be a wrong one
        if ('' === $type || mb_strlen($type) > self::CONTENT_TYPE_LENGTH) {
            $type = 'application/octet-stream';
        }
        $entity = $this->builder->attachment(self::fileName($attachment), $type);
        // Oro's view does not list what the body shows; webmail gives every file a Content-ID
        if (
            $attachment->inline && null !== $attachment->contentId
            && mb_strlen($attachment->contentId) <= self::CONTENT_ID_LENGTH
        ) {
            $entity->setEmbeddedContentId(Text::clean($attachment->contentId));
        }

        return $entity;
    }

    private function fill(EmailAttachment $entity, Attachment $attachment): void
    {
        $entity->setContent($this->builder->attachmentContent(base64_encode($attachment->content()), 'base64'));
    }

    private function isWanted(Attachment $attachment): bool
    {
        if (!$this->config->get('oro_email.attachment_sync_enable')) {
            return false;
        }
        $limit = (float)$this->config->get('oro_email.attachment_sync_max_size');

        return 0.0 === $limit || $attachment->size <= $limit * self::BYTES_IN_MEGABYTE;
    }
}
