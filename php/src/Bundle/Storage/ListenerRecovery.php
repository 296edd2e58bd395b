<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Storage;

use Oro\Bundle\EmailBundle\EventListener\EntityListener;

/**
 * Frees Oro's e-mail listener after an error. In Oro 6.1 and 7.0 it marks itself as busy while it makes threads and
 * activities, and forgets to take the mark away when the database refuses them: it would do nothing for the rest of the process.
 */
final class ListenerRecovery
{
    private const BUSY = 'flushing';

    public function __construct(private readonly EntityListener $listener)
    {
    }

    public function recover(): void
    {
        if (property_exists($this->listener, self::BUSY)) {
            (function (string $busy): void {
                $this->{$busy} = false;
            })->call($this->listener, self::BUSY);
        }
    }
}
