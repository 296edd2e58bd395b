<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Command;

use ExchangeMail\Bundle\Engine\EngineRequirement;
use ExchangeMail\Bundle\Engine\Readiness;
use ExchangeMail\Bundle\Sync\MailboxWatch;
use ExchangeMail\Engine\StopSignals;
use Symfony\Component\Console\Attribute\AsCommand;
use Symfony\Component\Console\Command\Command;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Input\InputOption;
use Symfony\Component\Console\Output\OutputInterface;

/**
 * Brings new mail within seconds instead of with the next cron. For a supervisor that starts it again when it ends.
 */
#[AsCommand(name: 'oro:exchange:watch', description: 'Sends Exchange mailboxes to the message queue as soon as they have news.')]
class WatchCommand extends Command
{
    private bool $stopped = false;

    public function __construct(
        private readonly MailboxWatch $watch,
        private readonly EngineRequirement $requirement,
        private readonly Readiness $readiness
    ) {
        parent::__construct();
    }

    protected function configure(): void
    {
        $this
            ->addOption('time-limit', null, InputOption::VALUE_REQUIRED, 'Exit after this time')
            ->addOption('memory-limit', null, InputOption::VALUE_REQUIRED, 'Exit if this memory limit (MB) is reached')
            ->setHelp(
                <<<'HELP'
The <info>%command.name%</info> command lets Exchange tell which mailboxes have news, and sends them
to the message queue, where consumers synchronize them. It belongs beside <info>oro:cron:exchange-sync</info>, not in its place,
and under a supervisor that starts it again when it ends. One process is enough for all hosts.

  <info>php %command.full_name%</info>

The <info>--time-limit</info> option can be used to restrict the run time. Accepts any date/time
value recognized by PHP (see <comment>https://php.net/manual/datetime.formats.php</comment>):

  <info>php %command.full_name% --time-limit=<date-time-string></info>

The <info>--memory-limit</info> option defines the maximum used memory threshold (megabytes):

  <info>php %command.full_name% --memory-limit=<number></info>

HELP
            )
            ->addUsage('--time-limit=<date-time-string>')
            ->addUsage('--memory-limit=<number-of-megabytes>');
    }

    protected function execute(InputInterface $input, OutputInterface $output): int
    {
        if (!$this->requirement->isMet()) {
            $output->writeln(\sprintf('<error>%s</error>', $this->requirement->getRemedy()));

            return self::FAILURE;
        }
        $end = self::time($input->getOption('time-limit'));
        if (false === $end) {
            $output->writeln('<error>Invalid time limit: give a date or time that PHP recognizes, such as "+1 hour".</error>');

            return self::INVALID;
        }
        $memory = (int)$input->getOption('memory-limit') * 1024 * 1024;

        foreach ($this->readiness->getFaults() as $fault) {
            $output->writeln(\sprintf('<comment>%s</comment>', $fault));
            $output->writeln('This command waits until that is done.');
        }
        StopSignals::handle(function (): void {
            $this->stopped = true;
        });
        try {
            $this->watch->run(
                fn (): bool => $this->stopped
                    || (null !== $end && time() >= $end)
                    || ($memory > 0 && memory_get_usage(true) >= $memory),
                static fn (int $mailboxes) => $output->writeln(\sprintf('%d mailbox(es) are watched.', $mailboxes))
            );
        } catch (\ExchangeSync\Exception $e) {
            $output->writeln(\sprintf('<error>%s</error>', $e->getMessage()));

            return self::FAILURE;
        }

        return self::SUCCESS;
    }

    private static function time(?string $limit): int|false|null
    {
        return null === $limit ? null : strtotime($limit);
    }
}
