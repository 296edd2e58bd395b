<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Synchronization;

use ExchangeMail\Engine\FailureText;
use ExchangeMail\Standalone\Storage\Stored;
use ExchangeSync\Batch;
use ExchangeSync\Failure;

/**
 * What a run has seen and changed so far.
 */
final class Summary
{
    public int $mailboxesDone = 0;
    public int $seen = 0;
    public int $skipped = 0;
    public bool $interrupted = false;
    public readonly Stored $stored;
    /** @var list<array{mailbox: string, folder: ?string, exception: string, code: ?string, message: string}> */
    public array $failures = [];
    /** @var array<string, \DateTimeImmutable> mailboxes not read, since their server asked to be left alone until then */
    public array $held = [];
    private readonly float $started;

    public function __construct()
    {
        $this->stored = new Stored();
        $this->started = microtime(true);
    }

    public function add(Batch $batch, Stored $stored): void
    {
        $this->seen += $batch->seen;
        $this->skipped += count($batch->skipped);
        $this->mailboxesDone += (int) $batch->done;
        $this->stored->add($stored);
        if (null !== $batch->failure) {
            $this->failures[] = self::failure($batch->mailbox, $batch->folder?->path, $batch->failure);
        }
    }

    /**
     * @return array{mailbox: string, folder: ?string, exception: string, code: ?string, message: string}
     */
    public static function failure(string $mailbox, ?string $folder, Failure $failure): array
    {
        return [
            'mailbox' => $mailbox,
            'folder' => $folder,
            'exception' => $failure->exception,
            'code' => $failure->code,
            'message' => FailureText::of($failure, $mailbox),
        ];
    }

    public function changed(): bool
    {
        return $this->skipped > 0 || [] !== array_filter(get_object_vars($this->stored));
    }

    public function seconds(): float
    {
        return round(microtime(true) - $this->started, 3);
    }

    /**
     * @return list<string> addresses of mailboxes that failed, wholly or in a folder
     */
    public function failedMailboxes(): array
    {
        return array_values(array_unique(array_column($this->failures, 'mailbox')));
    }
}
