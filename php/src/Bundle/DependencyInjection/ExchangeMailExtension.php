<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\DependencyInjection;

use Oro\Bundle\ConfigBundle\DependencyInjection\SettingsBuilder;
use Symfony\Component\Config\FileLocator;
use Symfony\Component\DependencyInjection\ContainerBuilder;
use Symfony\Component\DependencyInjection\Loader\YamlFileLoader;
use Symfony\Component\HttpKernel\DependencyInjection\Extension;

/**
 * Registers the settings and services of the bundle.
 */
final class ExchangeMailExtension extends Extension
{
    /** Of Oro 6.0 and newer. */
    private const ATTACHMENT_LOADER = 'Oro\Bundle\EmailBundle\Provider\EmailAttachmentLoaderInterface';

    private const FILES = ['services.yml', 'sync.yml', 'form.yml', 'commands.yml', 'controllers.yml', 'mq_topics.yml'];

    public function load(array $configs, ContainerBuilder $container): void
    {
        $config = $this->processConfiguration($this->getConfiguration($configs, $container), $configs);
        $container->prependExtensionConfig($this->getAlias(), SettingsBuilder::getSettings($config));

        $loader = new YamlFileLoader($container, new FileLocator(__DIR__ . '/../Resources/config'));
        foreach (self::FILES as $file) {
            $loader->load($file);
        }
        // our class can't even be loaded without it
        if (interface_exists(self::ATTACHMENT_LOADER)) {
            $loader->load('attachment_loader.yml');
        }
    }
}
