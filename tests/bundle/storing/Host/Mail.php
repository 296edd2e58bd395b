<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing\Host;

use ExchangeSync\Address;
use ExchangeSync\Attachment;
use ExchangeSync\Folder;
use ExchangeSync\Message;

/**
 * Messages and folders as the engine would give them. Each argument that a test does not care for has a value.
 */
final class Mail
{
    private static int $number = 0;

    /**
     * @param array<string, mixed> $values by property of Message, and text, html, attachments, failure
     */
    public static function message(array $values = []): Message
    {
        $number = ++self::$number;
        $date = new \DateTimeImmutable('2026-03-05 10:00:00 UTC');
        $defaults = [
            'itemId' => 'item-' . $number,
            'messageId' => \sprintf('<%d@customer.test>', $number),
            'direction' => 'incoming',
            // copies of a message have its subject too
            'subject' => 'Subject ' . ($values['messageId'] ?? $number),
            'from' => new Address('Carol Contact', 'carol@customer.test'),
            'to' => [new Address('Jane Doe', 'jane@example.com')],
            'cc' => [],
            'bcc' => [],
            'sent' => $date,
            'received' => $date,
            'importance' => 'normal',
            'read' => false,
            'itemClass' => 'IPM.Note',
            'size' => 2000,
            'references' => [],
            'inReplyTo' => null,
            'threadId' => null,
            'acceptLanguage' => null,
            'matches' => [],
            'text' => 'Hello ' . $number,
            'html' => null,
            'attachments' => [],
            'failure' => null,
        ];

        return new Message(...array_values(array_replace($defaults, $values)));
    }

    public static function attachment(string $name, string $content, ?string $contentId = null): Attachment
    {
        return new Attachment($name, 'text/plain', $contentId, null !== $contentId, \strlen($content), $content);
    }

    public static function inbox(): Folder
    {
        return new Folder('AAMk-inbox=', 'Inbox', 'Inbox', 'inbox');
    }

    public static function archive(): Folder
    {
        return new Folder('AAMk-archive=', 'Archive', 'Inbox/Archive', 'other');
    }

    public static function root(): Folder
    {
        return new Folder('AAMk-root=', 'Root', '', 'root');
    }
}
