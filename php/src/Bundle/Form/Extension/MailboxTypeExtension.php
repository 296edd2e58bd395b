<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Form\Extension;

use ExchangeMail\Bundle\Manager\SystemMailboxOrigins;
use ExchangeMail\Bundle\Settings\SettingsProvider;
use Oro\Bundle\EmailBundle\Entity\Mailbox;
use Oro\Bundle\EmailBundle\Form\Type\MailboxType;
use Symfony\Component\Form\AbstractTypeExtension;
use Symfony\Component\Form\Extension\Core\Type\CheckboxType;
use Symfony\Component\Form\FormBuilderInterface;
use Symfony\Component\Form\FormError;
use Symfony\Component\Form\FormEvent;
use Symfony\Component\Form\FormEvents;
use Symfony\Component\Form\FormInterface;
use Symfony\Contracts\Translation\TranslatorInterface;

/**
 * Lets an administrator read a system mailbox from Exchange. Takes Oro's IMAP fields out of the form where Exchange is chosen,
 * because they accept no origin but their own.
 */
final class MailboxTypeExtension extends AbstractTypeExtension
{
    private const FIELD = 'exchangeMail';
    private const IMAP_FIELDS = ['imapAccountType', 'origin', 'passwordHolder'];

    /** After MailboxType has prepared its fields, before it looks into the origin. */
    private const AFTER_PREPARATION = -10;
    private const BEFORE_MAILBOX_TYPE = 10;

    public function __construct(
        private readonly SystemMailboxOrigins $origins,
        private readonly SettingsProvider $settingsProvider,
        private readonly TranslatorInterface $translator
    ) {
    }

    public static function getExtendedTypes(): iterable
    {
        return [MailboxType::class];
    }

    public function buildForm(FormBuilderInterface $builder, array $options): void
    {
        $builder->addEventListener(FormEvents::PRE_SET_DATA, $this->offerChoice(...), self::AFTER_PREPARATION);
        $builder->addEventListener(FormEvents::PRE_SUBMIT, $this->dropImap(...), self::BEFORE_MAILBOX_TYPE);
        $builder->addEventListener(FormEvents::POST_SUBMIT, $this->choose(...), self::BEFORE_MAILBOX_TYPE);
    }

    private function offerChoice(FormEvent $event): void
    {
        $mailbox = $event->getData();
        $form = $event->getForm();
        $usesExchange = $mailbox instanceof Mailbox && $this->origins->usesExchange($mailbox);
        if (!$usesExchange && !$this->settingsProvider->getSettings()->enabled) {
            return;
        }

        $form->add(self::FIELD, CheckboxType::class, [
            'label' => 'exchange_mail.mailbox.exchange.label',
            'tooltip' => 'exchange_mail.mailbox.exchange.tooltip',
            'required' => false,
            'mapped' => false,
            'data' => $usesExchange,
        ]);
        if ($usesExchange) {
            self::removeImap($form);
        }
    }

    private function dropImap(FormEvent $event): void
    {
        $submitted = (array)$event->getData();
        if ($event->getForm()->has(self::FIELD) && !empty($submitted[self::FIELD])) {
            self::removeImap($event->getForm());
            $event->setData(array_diff_key($submitted, array_flip(self::IMAP_FIELDS)));
        }
    }

    private function choose(FormEvent $event): void
    {
        $mailbox = $event->getData();
        if (!$mailbox instanceof Mailbox || !$event->getForm()->has(self::FIELD)) {
            return;
        }

        $field = $event->getForm()->get(self::FIELD);
        if (!$field->getData()) {
            $this->origins->release($mailbox);
        } elseif ($this->settingsProvider->getSettings()->domains->covers((string)$mailbox->getEmail())) {
            $this->origins->assign($mailbox);
        } else {
            $field->addError(new FormError(
                $this->translator->trans('exchange_mail.mailbox.outside_domains', [], 'validators')
            ));
        }
    }

    private static function removeImap(FormInterface $form): void
    {
        foreach (self::IMAP_FIELDS as $field) {
            if ($form->has($field)) {
                $form->remove($field);
            }
        }
    }
}
