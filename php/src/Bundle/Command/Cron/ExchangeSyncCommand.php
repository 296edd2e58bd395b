<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Command\Cron;

use ExchangeMail\Bundle\Engine\Readiness;
use ExchangeMail\Bundle\Manager\OriginSynchronizer;
use ExchangeMail\Bundle\Sync\ExchangeEmailSynchronizer;
use ExchangeMail\Bundle\Sync\LateAddressSchedule;
use ExchangeMail\Bundle\Sync\MailboxQueue;
use ExchangeMail\Bundle\Sync\RunLimits;
use ExchangeMail\Bundle\Sync\RunReport;
use ExchangeMail\Engine\FailureText;
use ExchangeMail\Engine\StopSignals;
use Oro\Bundle\CronBundle\Command\CronCommandActivationInterface;
use Oro\Bundle\CronBundle\Command\CronCommandScheduleDefinitionInterface;
use Psr\Log\LoggerInterface;
use Symfony\Component\Console\Attribute\AsCommand;
use Symfony\Component\Console\Command\Command;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Input\InputOption;
use Symfony\Component\Console\Output\OutputInterface;

/**
 * Synchronizes emails via Exchange Web Services.
 */
#[AsCommand(name: 'oro:cron:exchange-sync', description: 'Synchronizes emails via Exchange Web Services.')]
class ExchangeSyncCommand extends Command implements
    CronCommandScheduleDefinitionInterface,
    CronCommandActivationInterface
{
    /** The maximum number of email origins which can be synchronized */
    public const MAX_TASKS = -1;

    /** The minimum time interval (in minutes) between two synchronizations of the same email origin */
    public const MIN_EXEC_INTERVAL_IN_MIN = 0;

    /** The maximum execution time (in minutes) */
    public const MAX_EXEC_TIME_IN_MIN = 15;

    public function __construct(
        private readonly OriginSynchronizer $origins,
        private readonly ExchangeEmailSynchronizer $synchronizer,
        private readonly LateAddressSchedule $lateAddresses,
        private readonly MailboxQueue $queue,
        private readonly Readiness $readiness,
        private readonly LoggerInterface $logger
    ) {
        parent::__construct();
    }

    public function getDefaultDefinition(): string
    {
        return '*/1 * * * *';
    }

    public function isActive(): bool
    {
        return $this->readiness->isSwitchedOn();
    }

    protected function configure(): void
    {
        $this
            ->addOption(
                'max-concurrent-tasks',
                null,
                InputOption::VALUE_OPTIONAL,
                'Maximum number of mailboxes read simultaneously by one process, instead of the configured one'
            )
            ->addOption(
                'min-exec-interval',
                null,
                InputOption::VALUE_OPTIONAL,
                'Minimum time interval (in minutes) between two synchronizations of the same email origin',
                self::MIN_EXEC_INTERVAL_IN_MIN
            )
            ->addOption(
                'max-exec-time',
                null,
                InputOption::VALUE_OPTIONAL,
                'Maximum execution time (in minutes), use -1 for unlimited',
                self::MAX_EXEC_TIME_IN_MIN
            )
            ->addOption(
                'max-tasks',
                null,
                InputOption::VALUE_OPTIONAL,
                'Maximum number of email origins to synchronize (use -1 for unlimited)',
                self::MAX_TASKS
            )
            ->addOption(
                'id',
                null,
                InputOption::VALUE_IS_ARRAY | InputOption::VALUE_OPTIONAL,
                'Identifier of the email origin to be synchronized'
            )
            ->addOption(
                'force',
                null,
                InputOption::VALUE_NONE,
                'Re-synchronize all emails of the mailboxes (can be used only with "--id")'
            )
            ->addOption(
                'foreground',
                null,
                InputOption::VALUE_NONE,
                'Synchronize in this process instead of sending the mailboxes to the message queue'
            )
            ->setHelp(
                <<<'HELP'
The <info>%command.name%</info> command sends the mailboxes that are due to the message queue,
where consumers on any number of hosts synchronize them. A mailbox is never synchronized twice at once.

  <info>php %command.full_name%</info>

The <info>--foreground</info> option synchronizes them in this process instead:

  <info>php %command.full_name% --foreground</info>

The <info>--max-concurrent-tasks</info> option limits the number of mailboxes
that one process reads simultaneously:

  <info>php %command.full_name% --max-concurrent-tasks=<number></info>

The <info>--min-exec-interval</info> option specifies the minimum time interval
(in minutes) between two synchronizations of the same email origin:

  <info>php %command.full_name% --min-exec-interval=<minutes></info>

The <info>--max-exec-time</info> option defines the maximum execution time in minutes of the foreground
(use -1 to remove the limit); a message of the queue takes about a minute, and what is left goes on in the next one:

  <info>php %command.full_name% --max-exec-time=<minutes></info>

The <info>--max-tasks</info> option limits the maximum number of email origins
to synchronize (use -1 for unlimited):

  <info>php %command.full_name% --max-tasks=<number></info>

The <info>--id</info> option can be used to provide the identifiers of the email origins
to be synchronized in this process:

  <info>php %command.full_name% --id=<ID1> --id=<ID2> --id=<IDN></info>

The <info>--force</info> option can be used to re-synchronize all emails
of the mailboxes (requires <info>--id</info>):

  <info>php %command.full_name% --force --id=<ID></info>

HELP
            )
            ->addUsage('--foreground')
            ->addUsage('--max-concurrent-tasks=<number>')
            ->addUsage('--min-exec-interval=<minutes>')
            ->addUsage('--max-exec-time=<minutes>')
            ->addUsage('--max-tasks=<number>')
            ->addUsage('--id=<ID1> --id=<ID2> --id=<IDN>')
            ->addUsage('--force --id=<ID>');
    }

    protected function execute(InputInterface $input, OutputInterface $output): int
    {
        $faults = $this->readiness->getFaults();
        if ([] !== $faults) {
            foreach ($faults as $fault) {
                $output->writeln(\sprintf('<error>%s</error>', $fault));
                // whoever switched it on waits for mail, and nobody reads what cron prints
                $this->logger->error('Exchange: ' . $fault);
            }

            return self::FAILURE;
        }

        $this->origins->synchronize();

        $originIds = array_filter((array)$input->getOption('id'));
        if ($input->getOption('force') && [] === $originIds) {
            $output->writeln([
                '<comment>ATTENTION</comment>: The option "force" can be used only for concrete email origins.',
                '           So you should add option "id" with required value of email origin in command line.',
            ]);

            return self::INVALID;
        }

        $concurrency = (int)$input->getOption('max-concurrent-tasks');
        $maxExecTime = (int)$input->getOption('max-exec-time');
        $limits = new RunLimits($concurrency > 0 ? $concurrency : null, $maxExecTime);
        $interval = (int)$input->getOption('min-exec-interval');
        $maxTasks = (int)$input->getOption('max-tasks');

        if ([] !== $originIds) {
            return $this->inForeground(
                $output,
                $limits,
                fn (): RunReport
                    => $this->synchronizer->read($originIds, $limits, (bool)$input->getOption('force'))
            );
        }
        if ($input->getOption('foreground')) {
            return $this->inForeground(
                $output,
                $limits,
                fn (): RunReport => $this->synchronizer->readDue($interval, $maxTasks, $limits)
            );
        }

        $sent = $this->synchronizer->sync($concurrency, $interval, $maxExecTime, $maxTasks);
        $output->writeln(\sprintf('%d mailbox(es) sent to the message queue.', $sent));
        $this->lateAddresses->send();
        $this->queue->flush();

        return self::SUCCESS;
    }

    /**
     * @param callable(): RunReport $read
     */
    private function inForeground(OutputInterface $output, RunLimits $limits, callable $read): int
    {
        // the batch at hand is stored, the mailboxes are given back
        StopSignals::handle(static fn () => $limits->stop());
        try {
            $report = $read();
        } catch (\ExchangeSync\Exception $e) {
            $output->writeln(\sprintf('<error>%s</error>', $e->getMessage()));

            return self::FAILURE;
        }

        $output->writeln(\sprintf(
            '%d mailbox(es) read, %d message(s) looked at, %d stored, %d skipped.%s',
            $report->mailboxes,
            $report->seen,
            $report->collected,
            $report->skipped,
            [] !== $report->left ? ' There is more to read: the next run goes on.' : ''
        ));
        foreach ($report->failures as $mailbox => $failure) {
            $output->writeln(\sprintf('<error>%s: %s</error>', $mailbox, FailureText::of($failure, $mailbox)));
        }
        foreach ($report->stopped as $failure) {
            $output->writeln(\sprintf('<error>%s</error>', $failure->getMessage()));
        }

        return [] === $report->failures && [] === $report->stopped ? self::SUCCESS : self::FAILURE;
    }
}
