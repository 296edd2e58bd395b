<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Migrations\Data\ORM;

use Doctrine\Persistence\ObjectManager;
use Oro\Bundle\EmailBundle\Entity\EmailTemplate;
use Oro\Bundle\EmailBundle\Migrations\Data\ORM\AbstractEmailFixture;

/**
 * Loads the e-mails about a refused service account and a refused mailbox. oro:exchange:uninstall takes them away, but for those
 * that an administrator has edited, which are found again here.
 */
class LoadEmailTemplates extends AbstractEmailFixture
{
    public function getEmailsDir(): string
    {
        return __DIR__ . '/emails';
    }

    protected function findExistingTemplate(ObjectManager $manager, array $template)
    {
        // Oro 5.1 has the name among the parameters, 6.1 and 7.0 beside the content
        $name = $template['name'] ?? $template['params']['name'];

        return $manager->getRepository(EmailTemplate::class)->findOneBy(['name' => $name]);
    }

    protected function updateExistingTemplate(EmailTemplate $emailTemplate, array $template): void
    {
        $emailTemplate->setIsSystem(true);
    }
}
