<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone;

use ExchangeMail\Engine\ExtensionMissingException;
use ExchangeMail\Standalone\Configuration\ConfigurationProblem;
use ExchangeMail\Standalone\Output\PlainText;
use ExchangeMail\Standalone\Storage\DatabaseProblem;
use ExchangeMail\Standalone\Synchronization\AnotherRun;
use ExchangeMail\Standalone\Synchronization\StopRequested;
use Symfony\Component\Console\Application as ConsoleApplication;
use Symfony\Component\Console\Exception\ExceptionInterface as ConsoleException;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Output\ConsoleOutputInterface;
use Symfony\Component\Console\Output\OutputInterface;

/**
 * The program's commands, and the one place that turns what went wrong into a message and an exit code.
 */
final class Application extends ConsoleApplication
{
    public function __construct()
    {
        parent::__construct('exchange-sync');
        $this->setCatchExceptions(false);
        $this->addCommands([
            new Command\CheckCommand(),
            new Command\SyncCommand(),
            new Command\WatchCommand(),
            new Command\SearchCommand(),
            new Command\StatusCommand(),
            new Command\ActivitiesCommand(),
        ]);
    }

    public function doRun(InputInterface $input, OutputInterface $output): int
    {
        try {
            return parent::doRun($input, $output);
        } catch (\Throwable $e) {
            $code = $this->exitCode($e);
            if (null === $code) {
                throw $e;
            }
            $error = $output instanceof ConsoleOutputInterface ? $output->getErrorOutput() : $output;
            foreach (explode("\n", $e->getMessage()) as $line) {
                $error->writeln('<fg=red>' . PlainText::line($line) . '</>', OutputInterface::VERBOSITY_QUIET);
            }

            return $code;
        }
    }

    private function exitCode(\Throwable $e): ?int
    {
        return match (true) {
            $e instanceof ExtensionMissingException => ExitCode::INSTALLATION,
            $e instanceof ConfigurationProblem,
            $e instanceof ConsoleException,
            $e instanceof \ExchangeSync\ConfigurationException => ExitCode::CONFIGURATION,
            $e instanceof \ExchangeSync\Exception => ExitCode::SERVER,
            $e instanceof AnotherRun => ExitCode::ANOTHER_RUN,
            $e instanceof DatabaseProblem => ExitCode::DATABASE,
            $e instanceof StopRequested => ExitCode::INTERRUPTED,
            default => null,
        };
    }
}
