<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Synchronization;

use ExchangeMail\Engine\FailureText;
use ExchangeMail\Standalone\Storage\Stored;
use ExchangeSync\Batch;

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
            $this->failures[] = [
                'mailbox' => $batch->mailbox,
                'folder' => $batch->folder?->path,
                'exception' => $batch->failure->exception,
                'code' => $batch->failure->code,
                'message' => FailureText::of($batch->failure, $batch->mailbox),
            ];
        }
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
