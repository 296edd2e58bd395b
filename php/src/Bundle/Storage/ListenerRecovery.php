<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Storage;

use Oro\Bundle\ActivityListBundle\EventListener\ActivityListListener;
use Oro\Bundle\EmailBundle\EventListener\EntityListener;

/**
 * Frees Oro's listeners after an error. In Oro 6.1 and 7.0 the e-mail listener marks itself as busy while it makes threads and
 * activities, and forgets to take the mark away when the database refuses them: it would do nothing for the rest of the process.
 * That of activity lists keeps what was refused and tries it with every flush that follows; on MySQL, where what was not inserted
 * has no id, it fails each time.
 */
final class ListenerRecovery
{
    private const BUSY = 'flushing';

    private const WAITING = ['insertedEntities', 'deletedEntities'];

    public function __construct(
        private readonly EntityListener $listener,
        private readonly ActivityListListener $activityLists
    ) {
    }

    public function recover(): void
    {
        if (property_exists($this->listener, self::BUSY)) {
            self::set($this->listener, self::BUSY, false);
        }
        foreach (self::WAITING as $property) {
            if (property_exists($this->activityLists, $property)) {
                self::set($this->activityLists, $property, []);
            }
        }
    }

    private static function set(object $listener, string $property, mixed $value): void
    {
        (function () use ($property, $value): void {
            $this->{$property} = $value;
        })->call($listener);
    }
}
