<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Command;

use ExchangeMail\Standalone\Configuration\Configuration;
use ExchangeMail\Standalone\Configuration\ConfigurationFile;
use Symfony\Component\Console\Command\Command;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Input\InputOption;

/**
 * What every command has: the configuration file.
 */
abstract class HostCommand extends Command
{
    protected function configure(): void
    {
        $this->addOption('config', 'c', InputOption::VALUE_REQUIRED, 'The YAML configuration', 'exchange-sync.yaml');
    }

    protected function configuration(InputInterface $input): Configuration
    {
        return ConfigurationFile::read((string) $input->getOption('config'));
    }
}
