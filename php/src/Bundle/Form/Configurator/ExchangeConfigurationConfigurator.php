<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Form\Configurator;

use ExchangeMail\Bundle\Connection\SavedSecret;
use ExchangeMail\Bundle\DependencyInjection\Configuration;
use ExchangeMail\Bundle\Settings\LoginScheme;
use Oro\Bundle\ConfigBundle\Config\ConfigManager;
use Symfony\Component\Form\FormBuilderInterface;
use Symfony\Component\Form\FormError;
use Symfony\Component\Form\FormEvent;
use Symfony\Component\Form\FormEvents;
use Symfony\Component\Form\FormInterface;
use Symfony\Contracts\Translation\TranslatorInterface;

/**
 * The rules between the fields of the configuration form; rules of one field are its constraints.
 */
final class ExchangeConfigurationConfigurator
{
    public function __construct(
        private readonly ConfigManager $configManager,
        private readonly TranslatorInterface $translator
    ) {
    }

    /**
     * @param array<string, mixed> $options
     */
    public function configure(FormBuilderInterface $builder, array $options): void
    {
        $builder->addEventListener(FormEvents::POST_SUBMIT, $this->validate(...), -1);
    }

    private function validate(FormEvent $event): void
    {
        $form = $event->getForm();
        $scheme = LoginScheme::tryFrom((string)$this->getSubmitted($form, Configuration::AUTH)) ?? LoginScheme::Auto;
        if ($this->getSubmitted($form, Configuration::ENABLED)) {
            foreach ([Configuration::SERVER, ...$scheme->getNeeded(), Configuration::DOMAINS] as $name) {
                if ('' === trim((string)$this->getSubmitted($form, $name))) {
                    $this->refuse($form, $name, 'exchange_mail.' . $name . '.needed');
                }
            }
        }
        if (LoginScheme::OAuth !== $scheme && $this->wouldLeave($form, Configuration::PASSWORD, [Configuration::SERVER])) {
            $this->refuse($form, Configuration::PASSWORD, 'exchange_mail.password.server_changed');
        }
        $ways = [Configuration::SERVER, Configuration::OAUTH_TOKEN_URL];
        if (LoginScheme::OAuth === $scheme && $this->wouldLeave($form, Configuration::OAUTH_CLIENT_SECRET, $ways)) {
            $this->refuse($form, Configuration::OAUTH_CLIENT_SECRET, 'exchange_mail.oauth_client_secret.server_changed');
        }
    }

    /**
     * A stored secret was entered for the stored addresses: others get it only from someone who knows it.
     *
     * @param list<string> $addresses
     */
    private function wouldLeave(FormInterface $form, string $secret, array $addresses): bool
    {
        $stored = $this->getStored($secret);
        if ('' === $stored || $stored !== $this->getSubmitted($form, $secret)) {
            return false;
        }
        foreach ($addresses as $name) {
            if (SavedSecret::differs((string)$this->getSubmitted($form, $name), $this->getStored($name))) {
                return true;
            }
        }

        return false;
    }

    private function getStored(string $name): string
    {
        return (string)$this->configManager->get(Configuration::key($name));
    }

    private function getSubmitted(FormInterface $form, string $name): mixed
    {
        $field = self::field($name);

        return $form->has($field) ? $form->get($field)->get('value')->getData() : null;
    }

    private function refuse(FormInterface $form, string $name, string $message): void
    {
        $field = self::field($name);
        if ($form->has($field)) {
            $form->get($field)->get('value')->addError(
                new FormError($this->translator->trans($message, [], 'validators'))
            );
        }
    }

    private static function field(string $name): string
    {
        return Configuration::key($name, ConfigManager::SECTION_VIEW_SEPARATOR);
    }
}
