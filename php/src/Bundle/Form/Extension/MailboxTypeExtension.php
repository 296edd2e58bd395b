<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Form\Extension;

use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Manager\SystemMailboxOrigins;
use ExchangeMail\Bundle\Settings\SettingsProvider;
use Oro\Bundle\EmailBundle\Entity\Mailbox;
use Oro\Bundle\EmailBundle\Form\Type\MailboxType;
use Oro\Bundle\FormBundle\Form\Type\OroDateType;
use Oro\Bundle\ImapBundle\Entity\UserEmailOrigin;
use Oro\Bundle\ImapBundle\Form\Model\AccountTypeModel;
use Symfony\Component\Form\AbstractTypeExtension;
use Symfony\Component\Form\Extension\Core\Type\CheckboxType;
use Symfony\Component\Form\FormBuilderInterface;
use Symfony\Component\Form\FormError;
use Symfony\Component\Form\FormEvent;
use Symfony\Component\Form\FormEvents;
use Symfony\Component\Form\FormInterface;
use Symfony\Contracts\Translation\TranslatorInterface;

/**
 * Lets an administrator read a system mailbox from Exchange. Oro's fields of the origin stay in the form for the SMTP settings,
 * but are kept from the mailbox's origin, which is ours: they accept none but their own.
 */
final class MailboxTypeExtension extends AbstractTypeExtension
{
    private const FIELD = 'exchangeMail';
    private const SINCE_FIELD = 'exchangeMailSince';

    /** Which of them the form has depends on whether OAuth is set up. */
    private const ORIGIN_FIELDS = ['imapAccountType', 'origin'];

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
        $builder->addEventListener(FormEvents::POST_SET_DATA, $this->showSmtp(...), self::BEFORE_MAILBOX_TYPE);
        $builder->addEventListener(FormEvents::PRE_SUBMIT, $this->keepOriginApart(...), self::BEFORE_MAILBOX_TYPE);
        $builder->addEventListener(FormEvents::POST_SUBMIT, $this->choose(...), self::BEFORE_MAILBOX_TYPE);
    }

    private function offerChoice(FormEvent $event): void
    {
        $mailbox = $event->getData();
        $form = $event->getForm();
        $origin = $mailbox instanceof Mailbox ? $mailbox->getOrigin() : null;
        $usesExchange = $origin instanceof ExchangeEmailOrigin;
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
        $form->add(self::SINCE_FIELD, OroDateType::class, [
            'label' => 'exchange_mail.mailbox.since.label',
            'tooltip' => 'exchange_mail.mailbox.since.tooltip',
            'required' => false,
            'mapped' => false,
            'data' => $usesExchange ? $origin->getSince() : new \DateTime('today', new \DateTimeZone('UTC')),
        ]);
        if ($usesExchange) {
            self::unmapOrigin($form);
        }
    }

    private function showSmtp(FormEvent $event): void
    {
        $mailbox = $event->getData();
        if ($mailbox instanceof Mailbox && $this->origins->usesExchange($mailbox)) {
            self::setOrigin($event->getForm(), $this->origins->getSmtpOrigin($mailbox));
        }
    }

    private function keepOriginApart(FormEvent $event): void
    {
        $form = $event->getForm();
        $mailbox = $form->getData();
        $isChosen = $form->has(self::FIELD) && !empty(((array)$event->getData())[self::FIELD]);
        if ($isChosen && $mailbox instanceof Mailbox && !$this->origins->usesExchange($mailbox)) {
            self::unmapOrigin($form);
            self::setOrigin($form, $this->origins->getSmtpOrigin($mailbox));
        }
    }

    private function choose(FormEvent $event): void
    {
        $mailbox = $event->getData();
        $form = $event->getForm();
        if (!$mailbox instanceof Mailbox || !$form->has(self::FIELD)) {
            return;
        }

        $field = $form->get(self::FIELD);
        if (!$field->getData()) {
            $this->origins->release($mailbox, self::getOrigin($form));
        } elseif ($this->settingsProvider->getSettings()->domains->covers((string)$mailbox->getEmail())) {
            $this->origins->assign($mailbox, self::getOrigin($form), $form->get(self::SINCE_FIELD)->getData());
        } else {
            $field->addError(new FormError(
                $this->translator->trans('exchange_mail.mailbox.outside_domains', [], 'validators')
            ));
        }
    }

    private static function unmapOrigin(FormInterface $form): void
    {
        foreach (self::ORIGIN_FIELDS as $name) {
            if ($form->has($name)) {
                $type = $form->get($name)->getConfig()->getType()->getInnerType()::class;
                $form->add($name, $type, ['error_bubbling' => false, 'mapped' => false]);
            }
        }
    }

    private static function setOrigin(FormInterface $form, ?UserEmailOrigin $origin): void
    {
        if ($form->has('origin')) {
            $form->get('origin')->setData($origin);
        } elseif ($form->has('imapAccountType') && null !== $origin) {
            $model = new AccountTypeModel();
            $model->setAccountType($origin->getAccountType());
            $model->setUserEmailOrigin($origin);
            $form->get('imapAccountType')->setData($model);
        }
    }

    /**
     * @return UserEmailOrigin|null null also where nothing but empty fields came, as Mailbox::setOrigin() decides it
     */
    private static function getOrigin(FormInterface $form): ?UserEmailOrigin
    {
        $origin = $form->has('origin')
            ? $form->get('origin')->getData()
            : $form->get('imapAccountType')->getData()?->getUserEmailOrigin();

        return $origin instanceof UserEmailOrigin && '' !== (string)$origin->getUser() ? $origin : null;
    }
}
