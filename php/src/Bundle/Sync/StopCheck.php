<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Sync;

use Oro\Bundle\MaintenanceBundle\Maintenance\MaintenanceModeState;

/**
 * Whether a consumer is asked to end while it works: Oro looks for signals, maintenance mode and the memory limit only between
 * two messages.
 */
class StopCheck
{
    private const MAINTENANCE_CHECK_IN_SECONDS = 2.0;

    private float $nextMaintenanceCheck = 0.0;

    public function __construct(
        private readonly MaintenanceModeState $maintenance,
        private readonly ConsumerMemoryLimit $memoryLimit
    ) {
    }

    /**
     * Does the work while signals are watched for. Whoever waited for them before gets them too.
     *
     * @template T
     *
     * @param callable(callable(): bool): T $work is given what tells whether it has to stop
     *
     * @return T
     */
    public function during(callable $work): mixed
    {
        $isStopped = false;
        $before = [];
        if (\function_exists('pcntl_signal')) {
            foreach ([\SIGTERM, \SIGQUIT, \SIGINT] as $signal) {
                $handler = $before[$signal] = pcntl_signal_get_handler($signal);
                pcntl_signal($signal, static function (int $signal, mixed $info) use (&$isStopped, $handler): void {
                    $isStopped = true;
                    if (\is_callable($handler)) {
                        $handler($signal, $info);
                    }
                });
            }
        }
        try {
            return $work(function () use (&$isStopped): bool {
                if (\function_exists('pcntl_signal_dispatch')) {
                    pcntl_signal_dispatch();
                }

                return $isStopped || $this->isMaintenance() || $this->memoryLimit->isReached();
            });
        } finally {
            foreach ($before as $signal => $handler) {
                pcntl_signal($signal, $handler);
            }
        }
    }

    private function isMaintenance(): bool
    {
        if (microtime(true) < $this->nextMaintenanceCheck) {
            return false;
        }
        $this->nextMaintenanceCheck = microtime(true) + self::MAINTENANCE_CHECK_IN_SECONDS;

        return $this->maintenance->isOn();
    }
}
