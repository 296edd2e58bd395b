<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Synchronization;

/**
 * Ends the waiting for the server, or whatever else is at work, because of SIGINT or SIGTERM.
 */
final class StopRequested extends \RuntimeException
{
    public function __construct()
    {
        parent::__construct('Stopped. What was read is stored; the next run goes on from here.');
    }
}
