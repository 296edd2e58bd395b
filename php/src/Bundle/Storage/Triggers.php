<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Storage;

use Oro\Bundle\PlatformBundle\Manager\OptionalListenerManager;

/**
 * Keeps Oro from acting on mail that is old news: automatic replies, the processes of system mailboxes (e-mail to lead, to case),
 * other processes and workflows, notification rules, and the sign of new mail.
 */
final class Triggers
{
    /** Oro's listeners that can be switched off, for processes and workflows, and for notification rules. */
    private const LISTENERS = ['oro_workflow.listener.event_trigger_collector', 'oro_notification.doctrine.event.listener'];

    private bool $muted = false;

    public function __construct(private readonly OptionalListenerManager $listeners)
    {
    }

    /**
     * @template T
     *
     * @param callable(): T $work
     *
     * @return T
     */
    public function mute(callable $work): mixed
    {
        if ($this->muted) {
            return $work();
        }
        // another may have switched some off already, such as a console command
        $listeners = array_values(array_intersect(
            array_diff(self::LISTENERS, $this->listeners->getDisabledListeners()),
            $this->listeners->getListeners()
        ));
        $this->listeners->disableListeners($listeners);
        $this->muted = true;
        try {
            return $work();
        } finally {
            $this->muted = false;
            $this->listeners->enableListeners($listeners);
        }
    }

    public function areMuted(): bool
    {
        return $this->muted;
    }
}
