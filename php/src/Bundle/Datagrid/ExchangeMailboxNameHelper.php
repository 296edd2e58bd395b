<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Datagrid;

use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use Oro\Bundle\EmailBundle\Datagrid\MailboxNameHelper;
use Symfony\Contracts\Translation\TranslatorInterface;

/**
 * Names a user's Exchange mailboxes by their addresses in "My Emails". Oro calls each mailbox of a user "Personal", and keys its
 * filters by that name, so that of several only the last could be chosen.
 */
final class ExchangeMailboxNameHelper extends MailboxNameHelper
{
    public function __construct(TranslatorInterface $translator, private readonly MailboxNameHelper $inner)
    {
        parent::__construct($translator);
    }

    public function getMailboxName($originClass, $originMailboxName, $relatedMailboxName)
    {
        return !$relatedMailboxName && is_a($originClass, ExchangeEmailOrigin::class, true)
            ? $originMailboxName
            : $this->inner->getMailboxName($originClass, $originMailboxName, $relatedMailboxName);
    }
}
