<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Command;

use ExchangeMail\Bundle\Migrations\Uninstaller;
use Symfony\Component\Console\Attribute\AsCommand;
use Symfony\Component\Console\Command\Command;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Input\InputOption;
use Symfony\Component\Console\Output\OutputInterface;
use Symfony\Component\Console\Style\SymfonyStyle;

/**
 * Takes the bundle's data out of Oro's database before the package is removed.
 */
#[AsCommand(name: 'oro:exchange:uninstall', description: 'Removes the Exchange integration from the database.')]
class UninstallCommand extends Command
{
    public function __construct(private readonly Uninstaller $uninstaller)
    {
        parent::__construct();
    }

    protected function configure(): void
    {
        $this
            ->addOption('force', null, InputOption::VALUE_NONE, 'Do it; without this option the command tells what it would do')
            ->setHelp(
                <<<'HELP'
The <info>%command.name%</info> command removes the tables, columns and settings of the Exchange integration. E-mails that were
collected stay in Oro, with their folders; system mailboxes lose their Exchange setting. E-mail templates that were edited stay.

  <info>php %command.full_name% --force</info>

Stop cron and the message queue consumers before, remove the package with Composer after, then clear Oro's cache.
HELP
            );
    }

    protected function execute(InputInterface $input, OutputInterface $output): int
    {
        $io = new SymfonyStyle($input, $output);
        $kept = $this->uninstaller->getKeptTemplates();
        if (!$input->getOption('force')) {
            $io->listing($this->uninstaller->getStatements());
            self::showKept($io, $kept);
            $io->note('Nothing was done. Stop cron and the message queue consumers, then run this with --force.');

            return Command::SUCCESS;
        }

        $this->uninstaller->uninstall();
        self::showKept($io, $kept);
        $io->success('The Exchange integration is out of the database. Now run: composer remove, then cache:clear.');

        return Command::SUCCESS;
    }

    /**
     * @param list<string> $templates
     */
    private static function showKept(SymfonyStyle $io, array $templates): void
    {
        if ([] !== $templates) {
            $io->note(\sprintf(
                'These e-mail templates were edited or are in use, so they stay: %s.'
                . ' Delete them in System > Emails > Templates where you don\'t need them.',
                implode(', ', $templates)
            ));
        }
    }
}
