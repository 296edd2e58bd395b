<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Form\Type;

use ExchangeMail\Bundle\Settings\SettingsProvider;
use ExchangeMail\Bundle\Status\UserMailboxes;
use Oro\Bundle\ConfigBundle\Config\ConfigManager;
use Symfony\Component\Form\AbstractType;
use Symfony\Component\Form\Extension\Core\Type\TextType;
use Symfony\Component\Form\FormBuilderInterface;
use Symfony\Component\Form\FormInterface;
use Symfony\Component\Form\FormView;
use Symfony\Component\OptionsResolver\OptionsResolver;

/**
 * Shows a user in My Configuration what is read from his mailbox; saves nothing.
 */
final class UserMailboxType extends AbstractType
{
    private const USER = 'exchange_mail_user';

    /**
     * @param ConfigManager $userConfigManager of the user scope: it knows whose configuration is shown
     */
    public function __construct(
        private readonly UserMailboxes $mailboxes,
        private readonly SettingsProvider $settingsProvider,
        private readonly ConfigManager $userConfigManager
    ) {
    }

    public function configureOptions(OptionsResolver $resolver): void
    {
        $resolver->setDefaults(['mapped' => false, 'required' => false]);
    }

    /**
     * Oro sets the scope back before it makes the view.
     */
    public function buildForm(FormBuilderInterface $builder, array $options): void
    {
        $builder->setAttribute(self::USER, (int)$this->userConfigManager->getScopeId());
    }

    public function buildView(FormView $view, FormInterface $form, array $options): void
    {
        $userId = (int)$form->getConfig()->getAttribute(self::USER);
        $mailboxes = $this->mailboxes->getMailboxes($userId);
        $folders = [];
        foreach ($mailboxes as $mailbox) {
            $folders[$mailbox->originId] = $this->mailboxes->getFolders($mailbox->originId);
        }

        $view->vars['value'] = '';
        $view->vars['mailboxes'] = $mailboxes;
        $view->vars['folders'] = $folders;
        $view->vars['since'] = $this->settingsProvider->getSettings()->collection->since;
        $view->vars['is_read_by_imap'] = $this->mailboxes->isReadByImap($userId);
    }

    public function getParent(): string
    {
        return TextType::class;
    }

    public function getBlockPrefix(): string
    {
        return 'exchange_mail_user_mailbox';
    }
}
