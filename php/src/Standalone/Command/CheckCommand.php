<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Command;

use ExchangeMail\Engine\Extension;
use ExchangeMail\Standalone\ExitCode;
use ExchangeMail\Standalone\Mailboxes\AddressFile;
use ExchangeMail\Standalone\Mailboxes\MailboxList;
use ExchangeMail\Standalone\Output\PlainText;
use ExchangeSync\AddressBook;
use Symfony\Component\Console\Input\InputArgument;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Output\OutputInterface;

/**
 * Proves configuration, address files, server and rights, without reading mail.
 */
final class CheckCommand extends HostCommand
{
    protected function configure(): void
    {
        parent::configure();
        $this->setName('check')
            ->setDescription('Checks the configuration and whether the server lets a mailbox be read')
            ->addArgument('mailbox', InputArgument::OPTIONAL, 'Address of the mailbox; the first one where left out');
    }

    protected function execute(InputInterface $input, OutputInterface $output): int
    {
        Extension::requireLoaded();
        $configuration = $this->configuration($input);
        $engine = $configuration->engine();
        $mailboxes = MailboxList::of($configuration);
        $mailboxes->requireAny($configuration);
        $book = new AddressBook();
        $this->write($output, [
            'Contacts' => self::addresses($book, $book->addContacts(...), $configuration->contacts),
            'Users' => self::addresses($book, $book->addUsers(...), $configuration->users),
            'Mailboxes' => sprintf('%d (users\' addresses outside the domains: %d)', count($mailboxes), $mailboxes->outside),
        ]);

        $server = $engine->check((string) ($input->getArgument('mailbox') ?? $mailboxes->addresses[0]));
        $this->write($output, [
            'Server' => $server->url,
            'Product' => "$server->product ($server->build)",
            'Version' => $server->version,
            'Login' => "accepted ($server->auth)",
            'Mailbox' => "$server->mailbox (folders: $server->folders)",
        ]);
        $output->writeln('<info>The mailbox can be read.</info>');

        return ExitCode::OK;
    }

    /**
     * @param \Closure(iterable<array{0: string, 1: int}>): int $add
     */
    private static function addresses(AddressBook $book, \Closure $add, string $file): string
    {
        $before = $book->unusable();
        $taken = $add(new AddressFile($file));
        $unusable = $book->unusable() - $before;

        return "addresses: $taken" . (0 === $unusable ? '' : " (rows that hold no e-mail address: $unusable)");
    }

    /**
     * @param array<string, string> $lines
     */
    private function write(OutputInterface $output, array $lines): void
    {
        foreach ($lines as $name => $value) {
            $output->writeln(sprintf('%-10s %s', $name, PlainText::line($value)));
        }
    }
}
