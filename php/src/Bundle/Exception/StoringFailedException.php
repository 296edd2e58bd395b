<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Exception;

use ExchangeMail\Bundle\Storage\FailureReason;

/**
 * Mail of one mailbox can't be stored, whatever message it is. The checkpoint is where it was: nothing is lost, the mailbox is
 * read again from there.
 */
final class StoringFailedException extends \ExchangeSync\Exception
{
    public function __construct(string $mailbox, FailureReason $reason, int $messages, \Throwable $previous)
    {
        $this->remedy = 'Remove the cause, which Oro\'s log names too. Nothing is lost: the mailbox is read again from the same place.';
        parent::__construct(
            \sprintf(
                'Mailbox %s: Oro refused %s: %s. %s',
                $mailbox,
                $messages > 1 ? $messages . ' messages' : 'to store its mail',
                rtrim($reason->text, '. '),
                $this->remedy
            ),
            0,
            $previous
        );
    }
}
