<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Storage;

use Oro\Bundle\EmailBundle\Model\WebSocket\WebSocketSendProcessor;
use Psr\Log\LoggerInterface;

/**
 * Oro's sign of new mail in open browsers, which waits for the transaction that stores the mail: nobody is told of mail that was
 * rolled back, nor twice when it is stored again.
 */
class NewMailSignal extends WebSocketSendProcessor
{
    private ?Triggers $triggers = null;

    private ?LoggerInterface $logger = null;

    private bool $isWaiting = false;

    /** @var array<int, array{entity: object, new: int}> by id of the user */
    private array $waiting = [];

    public function setTriggers(Triggers $triggers, LoggerInterface $logger): void
    {
        $this->triggers = $triggers;
        $this->logger = $logger;
    }

    /**
     * A transaction begins.
     */
    public function hold(): void
    {
        $this->isWaiting = true;
        $this->waiting = [];
    }

    /**
     * The transaction is committed.
     */
    public function release(): void
    {
        [$waiting, $this->waiting, $this->isWaiting] = [$this->waiting, [], false];
        if ([] === $waiting) {
            return;
        }
        try {
            parent::send($waiting);
        } catch (\Throwable $e) {
            // the mail is stored; who has his mail open sees it a little later
            $this->logger?->warning('Exchange: browsers were not told of new mail.', ['error' => $e::class]);
        }
    }

    /**
     * The transaction is rolled back.
     */
    public function drop(): void
    {
        $this->isWaiting = false;
        $this->waiting = [];
    }

    public function send($usersWithNewEmails)
    {
        if (!$this->isWaiting) {
            parent::send($usersWithNewEmails);

            return;
        }
        if (true === $this->triggers?->areMuted()) {
            return;
        }
        foreach ($usersWithNewEmails as $userId => $item) {
            $this->waiting[$userId] = [
                'entity' => $item['entity'],
                'new' => ($this->waiting[$userId]['new'] ?? 0) + ($item['new'] ?? 0),
            ];
        }
    }
}
