<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Output;

use Symfony\Component\Console\Output\OutputInterface;

/**
 * Prints failures. Equal ones, as of a server that is down, are one message with the mailboxes that it struck.
 */
final class FailureList
{
    private const LISTED_MESSAGES = 20;
    private const LISTED_PLACES = 5;

    /**
     * @param list<array{mailbox: string, folder: ?string, message: string}> $failures
     */
    public static function write(OutputInterface $error, array $failures): void
    {
        $places = [];
        foreach ($failures as $failure) {
            $places[$failure['message']][] = $failure['mailbox'] . (null === $failure['folder'] ? '' : ", folder {$failure['folder']}");
        }
        foreach (array_slice($places, 0, self::LISTED_MESSAGES, true) as $message => $where) {
            $named = implode('; ', array_slice($where, 0, self::LISTED_PLACES));
            $more = count($where) > self::LISTED_PLACES ? sprintf(' and %d more', count($where) - self::LISTED_PLACES) : '';
            $error->writeln('<fg=red>' . PlainText::line("$named$more: $message") . '</>');
        }
        if (count($places) > self::LISTED_MESSAGES) {
            $error->writeln(sprintf('<fg=red>Further messages: %d; see exchange-sync status</>', count($places) - self::LISTED_MESSAGES));
        }
    }
}
