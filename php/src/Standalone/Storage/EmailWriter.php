<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Storage;

use ExchangeSync\Message;

/**
 * Stores e-mails, each once whatever number of mailboxes hold it. Knows no mailbox and no folder.
 */
final class EmailWriter
{
    public function __construct(private readonly Database $database)
    {
    }

    public function find(Message $message): ?int
    {
        $id = $this->database->value('SELECT id FROM emails WHERE identity = ?', [self::identity($message)]);

        return null === $id ? null : (int) $id;
    }

    /**
     * What all honest copies of an e-mail share: different ones of templates and gateways may have the same Message-ID.
     */
    public static function identity(Message $message): string
    {
        return implode("\n", [
            $message->messageId,
            Time::format($message->sent),
            strtolower($message->from->email),
            $message->subject,
        ]);
    }

    public function insert(Message $message): int
    {
        $this->database->run(
            'INSERT INTO emails (identity, message_id, direction, subject, from_name, from_email, sent_at, received_at, importance,'
            . ' item_class, size, in_reply_to, refs, thread_id, accept_language) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
            [
                self::identity($message),
                $message->messageId,
                $message->direction,
                $message->subject,
                $message->from->name,
                $message->from->email,
                Time::format($message->sent),
                Time::format($message->received),
                $message->importance,
                $message->itemClass,
                $message->size,
                $message->inReplyTo,
                json_encode($message->references, JSON_THROW_ON_ERROR | JSON_INVALID_UTF8_SUBSTITUTE),
                $message->threadId,
                $message->acceptLanguage,
            ]
        );
        $email = $this->database->lastId();
        $this->database->run(
            'INSERT INTO bodies (email_id, text, html) VALUES (?, ?, ?)',
            [$email, $message->text(), $message->html()]
        );
        foreach ($message->attachments() as $attachment) {
            $this->database->runWithBytes(
                'INSERT INTO attachments (email_id, file_name, content_type, content_id, is_inline, size, content)'
                . ' VALUES (?, ?, ?, ?, ?, ?, ?)',
                [
                    $email,
                    $attachment->fileName,
                    $attachment->contentType,
                    $attachment->contentId,
                    (int) $attachment->inline,
                    $attachment->size,
                ],
                $attachment->content()
            );
        }

        return $email;
    }

    /**
     * Adds recipients and owners that earlier copies did not show: only the sender's copy has the Bcc header, and a
     * contact may be new since.
     */
    public function addParticipants(int $email, Message $message): void
    {
        foreach (['to' => $message->to, 'cc' => $message->cc, 'bcc' => $message->bcc] as $role => $addresses) {
            foreach ($addresses as $position => $address) {
                $this->database->run(
                    'INSERT OR IGNORE INTO recipients (email_id, role, position, name, email) VALUES (?, ?, ?, ?, ?)',
                    [$email, $role, $position, $address->name, $address->email]
                );
            }
        }
        foreach ($message->matches as $match) {
            $this->database->run(
                'INSERT OR IGNORE INTO matches (email_id, kind, owner_id, email, role) VALUES (?, ?, ?, ?, ?)',
                [$email, $match->kind, $match->id, $match->email, $match->role]
            );
        }
    }
}
