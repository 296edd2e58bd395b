<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\EventListener;

use Doctrine\ORM\Event\OnFlushEventArgs;
use ExchangeMail\Bundle\Storage\Triggers;
use Oro\Bundle\EmailBundle\EventListener\AutoResponseListener;

/**
 * Oro's sender of automatic replies, which is not told of mail that is old news.
 */
class MutedAutoResponseListener extends AutoResponseListener
{
    private ?Triggers $triggers = null;

    public function setTriggers(Triggers $triggers): void
    {
        $this->triggers = $triggers;
    }

    public function onFlush(OnFlushEventArgs $args)
    {
        if (true !== $this->triggers?->areMuted()) {
            parent::onFlush($args);
        }
    }
}
