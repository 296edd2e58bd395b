<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Migrations\Data\ORM;

use Oro\Bundle\EmailBundle\Migrations\Data\ORM\AbstractEmailFixture;

/**
 * Loads the e-mails about a refused service account and a refused mailbox. oro:exchange:uninstall takes them away.
 */
class LoadEmailTemplates extends AbstractEmailFixture
{
    public function getEmailsDir(): string
    {
        return __DIR__ . '/emails';
    }
}
