<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Command;

use Symfony\Component\Console\Input\InputInterface;

/**
 * Reads all mailboxes and stores what is new since the last run.
 */
final class SyncCommand extends ReadingCommand
{
    protected function configure(): void
    {
        parent::configure();
        $this->setName('sync')->setDescription('Reads the mailboxes and stores the mail of contacts and users');
    }

    protected function participants(InputInterface $input): array
    {
        return [];
    }
}
