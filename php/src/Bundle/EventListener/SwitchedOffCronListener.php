<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\EventListener;

use ExchangeMail\Bundle\Command\Cron\ExchangeSyncCommand;
use ExchangeMail\Bundle\Engine\Readiness;
use Symfony\Component\Console\Event\ConsoleCommandEvent;

/**
 * Says what to do to whoever starts the cron command by hand while Exchange is switched off, before Oro's CronCommandListener says
 * only that it is disabled. oro:cron leaves the command out by itself.
 */
class SwitchedOffCronListener
{
    public function __construct(private readonly Readiness $readiness)
    {
    }

    public function onCommand(ConsoleCommandEvent $event): void
    {
        $command = $event->getCommand();
        if ($command instanceof ExchangeSyncCommand && !$command->isActive()) {
            foreach ($this->readiness->getFaults() as $fault) {
                $event->getOutput()->writeln(\sprintf('<comment>%s</comment>', $fault));
            }
            $event->disableCommand();
            $event->stopPropagation();
        }
    }
}
