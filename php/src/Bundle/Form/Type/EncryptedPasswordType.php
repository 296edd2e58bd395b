<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Form\Type;

use Oro\Bundle\SecurityBundle\Encoder\SymmetricCrypterInterface;
use Symfony\Component\Form\AbstractType;
use Symfony\Component\Form\Extension\Core\Type\PasswordType;
use Symfony\Component\Form\FormBuilderInterface;
use Symfony\Component\Form\FormEvent;
use Symfony\Component\Form\FormEvents;
use Symfony\Component\Form\FormInterface;
use Symfony\Component\Form\FormView;

/**
 * A password that goes to the database encrypted and to the browser not at all, not even its length; empty means unchanged.
 */
final class EncryptedPasswordType extends AbstractType
{
    private const PLACEHOLDER = '••••••••';

    public function __construct(private readonly SymmetricCrypterInterface $crypter)
    {
    }

    public function buildForm(FormBuilderInterface $builder, array $options): void
    {
        $builder->addEventListener(FormEvents::PRE_SUBMIT, function (FormEvent $event): void {
            $submitted = $event->getData();
            $event->setData(
                \is_string($submitted) && '' !== $submitted
                    ? $this->crypter->encryptData($submitted)
                    : $event->getForm()->getData()
            );
        });
    }

    public function buildView(FormView $view, FormInterface $form, array $options): void
    {
        $view->vars['value'] = '';
        $view->vars['attr']['autocomplete'] = 'new-password';
        if ('' !== (string)$form->getData()) {
            $view->vars['attr']['placeholder'] = self::PLACEHOLDER;
        }
    }

    public function getParent(): string
    {
        return PasswordType::class;
    }

    public function getBlockPrefix(): string
    {
        return 'exchange_mail_encrypted_password';
    }
}
