<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Sync;

use Oro\Component\MessageQueue\Client\ConsumeMessagesCommand;
use Symfony\Component\Console\Event\ConsoleCommandEvent;

/**
 * The --memory-limit of the consumer that this process is. It outlives the reset of the container after each message.
 */
final class ConsumerMemoryLimit
{
    private const BYTES_IN_MEGABYTE = 1024 * 1024;

    private int $limitInBytes = 0;

    public function onCommand(ConsoleCommandEvent $event): void
    {
        if ($event->getCommand() instanceof ConsumeMessagesCommand && $event->getInput()->hasOption('memory-limit')) {
            $this->limitInBytes = (int)$event->getInput()->getOption('memory-limit') * self::BYTES_IN_MEGABYTE;
        }
    }

    public function isReached(): bool
    {
        return $this->limitInBytes > 0 && memory_get_usage(true) >= $this->limitInBytes;
    }
}
