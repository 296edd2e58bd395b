<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Form\Configurator;

use ExchangeMail\Bundle\DependencyInjection\Configuration;
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
    private const NEEDED = [Configuration::SERVER, Configuration::LOGIN, Configuration::PASSWORD, Configuration::DOMAINS];

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
        if ($this->getSubmitted($form, Configuration::ENABLED)) {
            foreach (self::NEEDED as $name) {
                if ('' === trim((string)$this->getSubmitted($form, $name))) {
                    $this->refuse($form, $name, 'exchange_mail.' . $name . '.needed');
                }
            }
        }
        if ($this->wouldSendPasswordElsewhere($form)) {
            $this->refuse($form, Configuration::PASSWORD, 'exchange_mail.password.server_changed');
        }
    }

    /**
     * A stored password was entered for the stored server: another server gets it only from someone who knows it.
     */
    private function wouldSendPasswordElsewhere(FormInterface $form): bool
    {
        $stored = (string)$this->configManager->get(Configuration::key(Configuration::PASSWORD));
        $server = trim((string)$this->configManager->get(Configuration::key(Configuration::SERVER)));

        return '' !== $stored
            && '' !== $server
            && $stored === $this->getSubmitted($form, Configuration::PASSWORD)
            && 0 !== strcasecmp($server, trim((string)$this->getSubmitted($form, Configuration::SERVER)));
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
