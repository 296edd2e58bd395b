<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Exception;

/**
 * The mailbox was taken over by another run, because this one was silent for longer than a lease lasts, or was removed.
 */
final class LeaseLostException extends \RuntimeException
{
    public function __construct(int $originId)
    {
        parent::__construct(\sprintf('The mailbox of e-mail origin %d is no longer leased to this run.', $originId));
    }
}
