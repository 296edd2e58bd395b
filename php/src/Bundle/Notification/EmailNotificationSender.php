<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Notification;

use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Settings\SettingLabels;
use ExchangeMail\Bundle\Settings\SettingsProvider;
use ExchangeMail\Bundle\Sync\MailboxFinished;
use Oro\Bundle\EmailBundle\Model\EmailTemplateCriteria;
use Oro\Bundle\NotificationBundle\Manager\EmailNotificationManager;
use Oro\Bundle\NotificationBundle\Model\TemplateEmailNotification;
use Oro\Bundle\UserBundle\Entity\User;

/**
 * Tells by e-mail, with templates that administrators may edit. Oro sends from its message queue and logs what it can't send.
 *
 * ImapBundle's own template sender is another class in 5.1 than in 6.1; the notification manager is the same in all versions.
 */
final class EmailNotificationSender implements NotificationSenderInterface
{
    public const ACCOUNT_TEMPLATE = 'exchange_mail_account_refused';
    public const MAILBOX_TEMPLATE = 'exchange_mail_mailbox_refused';

    public function __construct(
        private readonly EmailNotificationManager $notificationManager,
        private readonly ManagerRegistry $doctrine,
        private readonly SettingsProvider $settingsProvider,
        private readonly SettingLabels $labels
    ) {
    }

    public function send(MailboxFinished $mailbox): void
    {
        $recipients = $this->findAdministrators($mailbox->organizationId);
        if ([] === $recipients) {
            return;
        }

        $settings = $this->settingsProvider->getSettings();
        $template = $mailbox->isAccountRefused() ? self::ACCOUNT_TEMPLATE : self::MAILBOX_TEMPLATE;
        // Named, because 5.1 has the logger in between.
        $this->notificationManager->process(
            [new TemplateEmailNotification(new EmailTemplateCriteria($template), $recipients)],
            params: [
                'username' => $settings->credentials->getAccount(),
                'host' => $settings->server,
                'mailbox' => $mailbox->mailbox,
                'error' => $this->labels->explain($mailbox->error),
            ]
        );
    }

    /**
     * @return list<User>
     */
    private function findAdministrators(?int $organizationId): array
    {
        return $this->doctrine->getManagerForClass(User::class)->createQueryBuilder()
            ->select('u')
            ->from(User::class, 'u')
            ->join('u.userRoles', 'r')
            ->join('u.organizations', 'o')
            ->where('u.enabled = true')
            ->andWhere('r.role = :role')
            ->andWhere('o.id = :organization')
            ->setParameter('role', User::ROLE_ADMINISTRATOR)
            ->setParameter('organization', $organizationId)
            ->getQuery()
            ->getResult();
    }
}
