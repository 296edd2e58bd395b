<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Lease;

/**
 * The run knows too little: somebody got an address after it read the address book. What it goes on to read, it would pass over.
 */
final class RunOutdatedException extends \RuntimeException
{
    public function __construct()
    {
        parent::__construct('The address book changed since this run began; the next run goes on with the new one.');
    }
}
