<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Settings;

/**
 * What is collected from system mailboxes.
 */
enum SystemMailboxesCollect: string
{
    /** All that is addressed to the mailbox or sent from it, as Oro's IMAP does. */
    case Addressed = 'addressed';

    /** Mail of contacts and customers only, as from users' mailboxes. */
    case Matched = 'matched';

    public function getLabel(): string
    {
        return 'exchange_mail.system_mailboxes_collect.' . $this->value;
    }
}
