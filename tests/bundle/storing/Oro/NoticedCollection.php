<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing\Oro;

use Doctrine\Common\Collections\ArrayCollection;

/**
 * Doctrine tells Oro's listeners when a relation changes. The generated relations are not mapped here, so this tells them.
 */
final class NoticedCollection extends ArrayCollection
{
    private ?\Closure $notice = null;

    public function setNotice(\Closure $notice): void
    {
        $this->notice = $notice;
    }

    public function add($element)
    {
        parent::add($element);
        if (null !== $this->notice) {
            ($this->notice)();
        }

        return true;
    }
}
