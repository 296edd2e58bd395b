<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Command;

use Symfony\Component\Console\Input\InputArgument;
use Symfony\Component\Console\Input\InputInterface;

/**
 * Brings the earlier mail of addresses that were added to an address file after the mailboxes had been read.
 */
final class SearchCommand extends ReadingCommand
{
    protected function configure(): void
    {
        parent::configure();
        $this->setName('search')
            ->setDescription('Searches the mailboxes for earlier mail of contacts or users that are new in the address files')
            ->addArgument('address', InputArgument::REQUIRED | InputArgument::IS_ARRAY, 'Their addresses');
    }

    protected function participants(InputInterface $input): array
    {
        return array_values($input->getArgument('address'));
    }
}
