<?php

/**
 * The value objects of the extension exchange_sync, for tests that run without it. The extension's own can't be made in PHP:
 * they come from a server, see the end-to-end test.
 */

declare(strict_types=1);

namespace ExchangeSync;

class Exception extends \RuntimeException
{
    public ?string $ewsCode = null;
    public string $remedy = '';
    public ?\DateTimeImmutable $retryAt = null;
}
class ConfigurationException extends Exception
{
}
class ConnectionException extends Exception
{
}
class AuthenticationException extends Exception
{
}
class ImpersonationException extends Exception
{
}
class ThrottledException extends Exception
{
}
class ProtocolException extends Exception
{
}

final class AddressBook implements \Countable
{
    /** @var array<string, array<string, int>> owner id by kind and address */
    public array $owners = ['contact' => [], 'user' => []];
    public int $calls = 0;
    public bool $keep = true;
    private int $count = 0;
    private int $unusable = 0;

    public function addContacts(iterable $rows): int
    {
        return $this->add('contact', $rows);
    }

    public function addUsers(iterable $rows): int
    {
        return $this->add('user', $rows);
    }

    public function count(): int
    {
        return $this->count;
    }

    public function unusable(): int
    {
        return $this->unusable;
    }

    private function add(string $kind, iterable $rows): int
    {
        ++$this->calls;
        $taken = 0;
        foreach ($rows as [$email, $id]) {
            if (!str_contains($email, '@')) {
                ++$this->unusable;
                continue;
            }
            // a million addresses of the memory test must not be this stand-in's memory
            if ($this->keep && $this->count < 10000) {
                $this->owners[$kind][$email] = $id;
            }
            ++$this->count;
            ++$taken;
        }

        return $taken;
    }
}

final class Mailbox
{
    public function __construct(
        public readonly string $address,
        public readonly array $checkpoints = [],
        public readonly string $collects = 'matched',
        public readonly ?string $since = null
    ) {
    }
}

final class Folder
{
    public function __construct(
        public readonly string $id,
        public readonly string $name,
        public readonly string $path,
        public readonly string $type
    ) {
    }
}

final class Address
{
    public function __construct(public readonly ?string $name, public readonly string $email)
    {
    }

    public function __toString(): string
    {
        return null === $this->name ? $this->email : \sprintf('%s <%s>', $this->name, $this->email);
    }
}

final class MatchedAddress
{
    public function __construct(
        public readonly string $email,
        public readonly string $kind,
        public readonly int $id,
        public readonly string $role
    ) {
    }
}

final class Attachment
{
    public int $reads = 0;

    public function __construct(
        public readonly string $fileName,
        public readonly string $contentType,
        public readonly ?string $contentId,
        public readonly bool $inline,
        public readonly int $size,
        private readonly string $content
    ) {
    }

    public function content(): string
    {
        ++$this->reads;

        return $this->content;
    }
}

final class Message
{
    /**
     * @param list<Address>    $to
     * @param list<Address>    $cc
     * @param list<Address>    $bcc
     * @param list<string>     $references
     * @param list<Attachment> $attachments
     */
    public function __construct(
        public readonly string $itemId,
        public readonly string $messageId,
        public readonly string $direction,
        public readonly string $subject,
        public readonly Address $from,
        public readonly array $to,
        public readonly array $cc,
        public readonly array $bcc,
        public readonly \DateTimeImmutable $sent,
        public readonly \DateTimeImmutable $received,
        public readonly string $importance,
        public readonly bool $read,
        public readonly string $itemClass,
        public readonly int $size,
        public readonly array $references,
        public readonly ?string $inReplyTo,
        public readonly ?string $threadId,
        public readonly ?string $acceptLanguage,
        public readonly array $matches,
        private readonly ?string $text = null,
        private readonly ?string $html = null,
        private readonly array $attachments = [],
        private readonly ?\Throwable $failure = null
    ) {
    }

    public function text(): ?string
    {
        return $this->failure ? throw $this->failure : $this->text;
    }

    public function html(): ?string
    {
        return $this->failure ? throw $this->failure : $this->html;
    }

    public function attachments(): array
    {
        return $this->attachments;
    }
}

final class Skipped
{
    public function __construct(public readonly string $itemId, public readonly string $reason)
    {
    }
}

final class Failure
{
    public function __construct(
        public readonly string $exception,
        public readonly ?string $code,
        public readonly string $message,
        public readonly string $remedy,
        public readonly ?\DateTimeImmutable $retryAt = null
    ) {
    }
}

final class Batch
{
    /**
     * @param list<Message>       $messages
     * @param list<string>        $removed
     * @param array<string, bool> $readFlags
     * @param list<Skipped>       $skipped
     */
    public function __construct(
        public readonly string $mailbox,
        public readonly ?Folder $folder = null,
        public readonly array $messages = [],
        public readonly array $removed = [],
        public readonly array $readFlags = [],
        public readonly array $skipped = [],
        public readonly ?string $checkpoint = null,
        public readonly ?Failure $failure = null,
        public readonly int $seen = 0,
        public readonly bool $done = false,
        public readonly bool $startsOver = false,
        public readonly bool $whole = false,
        public readonly bool $folderGone = false
    ) {
    }
}

final class News
{
    public function __construct(public readonly string $mailbox, public readonly ?Failure $failure = null)
    {
    }
}

final class Watch
{
    /**
     * @param list<News> $news
     */
    public function __construct(public array $news = [])
    {
    }

    public function wait(float $seconds): ?News
    {
        return array_shift($this->news);
    }
}
