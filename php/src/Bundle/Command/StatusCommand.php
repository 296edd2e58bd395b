<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Command;

use ExchangeMail\Bundle\Engine\EngineRequirement;
use ExchangeMail\Bundle\Settings\SettingLabels;
use ExchangeMail\Bundle\Settings\SettingsProvider;
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
final class StatusCommand extends Command
{
    public function __construct(
        private readonly StatusProvider $statusProvider,
        private readonly SettingsProvider $settingsProvider,
        private readonly EngineRequirement $requirement,
        private readonly SettingLabels $labels
    ) {
        parent::__construct();
    }

    protected function configure(): void
    {
        $this
            ->addOption('failed', null, InputOption::VALUE_NONE, 'Only mailboxes whose last run failed')
            ->setHelp(
                <<<'HELP'
The <info>%command.name%</info> command lists the mailboxes that are read from Exchange: whose they are, when they were read,
how many messages were collected and skipped, the last error with its remedy, and when they are read next.

  <info>php %command.full_name%</info>

With <info>--failed</info> it lists the mailboxes whose last run failed. The exit code is 1 if there is one, or if the
integration is switched on and can't run.
HELP
            );
    }

    protected function execute(InputInterface $input, OutputInterface $output): int
    {
        $io = new SymfonyStyle($input, $output);
        $isReady = $this->showReadiness($io);

        $failed = 0;
        $rows = [];
        foreach ($this->statusProvider->getStatuses((bool)$input->getOption('failed')) as $status) {
            $failed += $status->hasFailed() ? 1 : 0;
            $rows[] = [
                $status->originId,
                $status->mailbox,
                $status->reader,
                self::time($status->lastRunAt),
                $status->collected,
                $status->skipped,
                $this->labels->explain($status->describeError()),
                match (true) {
                    !$status->active => 'switched off',
                    null === $status->nextRunAt => 'next cron run',
                    default => self::time($status->nextRunAt),
                },
            ];
        }
        $io->table(['Id', 'Mailbox', 'User', 'Last run', 'Collected', 'Skipped', 'Last error', 'Next run'], $rows);

        return $isReady && 0 === $failed ? Command::SUCCESS : Command::FAILURE;
    }

    private function showReadiness(SymfonyStyle $io): bool
    {
        $settings = $this->settingsProvider->getSettings();
        if (!$settings->enabled) {
            $io->note('Microsoft Exchange is switched off in System > Configuration > Integrations > Email settings.');

            return true;
        }
        $faults = array_filter([
            $this->requirement->getRemedy(),
            [] === $settings->getMissing()
                ? ''
                : \sprintf('Fill in %s in the Exchange settings.', $this->labels->list($settings->getMissing())),
        ]);
        array_map($io->error(...), $faults);

        return [] === $faults;
    }

    private static function time(?\DateTimeInterface $moment): string
    {
        return null === $moment ? 'never' : $moment->format('Y-m-d H:i:s') . ' UTC';
    }
}
