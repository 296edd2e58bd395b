<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Command;

use ExchangeMail\Bundle\AddressBook\AddressCheck;
use ExchangeMail\Bundle\Engine\Readiness;
use ExchangeMail\Bundle\Exception\NotInstalledException;
use ExchangeMail\Bundle\Settings\SettingLabels;
use ExchangeMail\Bundle\Status\NextRun;
use ExchangeMail\Bundle\Status\StatusProvider;
use Symfony\Component\Console\Attribute\AsCommand;
use Symfony\Component\Console\Command\Command;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Input\InputOption;
use Symfony\Component\Console\Output\OutputInterface;
use Symfony\Component\Console\Style\SymfonyStyle;

/**
 * Shows whether mail is being collected, and what to do where it is not.
 */
#[AsCommand(name: 'oro:exchange:status', description: 'Shows the state of the Exchange mailboxes.')]
class StatusCommand extends Command
{
    public function __construct(
        private readonly StatusProvider $statusProvider,
        private readonly Readiness $readiness,
        private readonly SettingLabels $labels,
        private readonly AddressCheck $addressCheck
    ) {
        parent::__construct();
    }

    protected function configure(): void
    {
        $this
            ->addOption('failed', null, InputOption::VALUE_NONE, 'Only mailboxes whose last run failed')
            ->addOption('addresses', null, InputOption::VALUE_NONE, 'Also read all addresses, and count the unusable ones')
            ->setHelp(
                <<<'HELP'
The <info>%command.name%</info> command lists the mailboxes that are read from Exchange: whose they are, when they were read,
how many messages were collected and skipped, the last error with its remedy, and when they are read next.

  <info>php %command.full_name%</info>

With <info>--failed</info> it lists the mailboxes whose last run failed. The exit code is 1 if there is one, or if the
integration is switched on and can't run.

With <info>--addresses</info> it reads the addresses of all users and contacts too, and tells how many are no address that mail
can have: no mail is found for them. That takes as long as the beginning of a run, which reads them too.
HELP
            );
    }

    protected function execute(InputInterface $input, OutputInterface $output): int
    {
        $io = new SymfonyStyle($input, $output);
        $isReady = $this->showReadiness($io);

        try {
            $isWell = $this->showMailboxes($io, (bool)$input->getOption('failed')) && $isReady;
            if ($input->getOption('addresses')) {
                $io->writeln($this->addressCheck->describe());
            }

            return $isWell ? Command::SUCCESS : Command::FAILURE;
        } catch (NotInstalledException $exception) {
            $io->error($exception->getMessage());

            return Command::FAILURE;
        }
    }

    /**
     * @return bool whether all are well
     */
    private function showMailboxes(SymfonyStyle $io, bool $failedOnly): bool
    {
        $failed = 0;
        $rows = [];
        foreach ($this->statusProvider->getStatuses($failedOnly) as $status) {
            $failed += $status->hasFailed() ? 1 : 0;
            $rows[] = [
                $status->originId,
                $status->mailbox,
                $status->reader,
                self::time($status->lastRunAt),
                $status->collected,
                $status->skipped,
                $this->labels->explain($status->describeError()),
                $status->active ? self::time(NextRun::of($status->nextRunAt)) : 'switched off',
            ];
        }
        $io->table(['Id', 'Mailbox', 'User', 'Last run', 'Collected', 'Skipped', 'Last error', 'Next run'], $rows);
        $io->writeln(\sprintf(
            '%d mailboxes, last run failed: %d, collected: %d, skipped: %d.',
            \count($rows),
            $failed,
            array_sum(array_column($rows, 4)),
            array_sum(array_column($rows, 5))
        ));

        return 0 === $failed;
    }

    private function showReadiness(SymfonyStyle $io): bool
    {
        $faults = $this->readiness->getFaults();
        if (!$this->readiness->isSwitchedOn()) {
            array_map($io->note(...), $faults);

            return true;
        }
        array_map($io->error(...), $faults);

        return [] === $faults;
    }

    private static function time(?\DateTimeInterface $moment): string
    {
        return null === $moment ? 'never' : $moment->format('Y-m-d H:i:s') . ' UTC';
    }
}
