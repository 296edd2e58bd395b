<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\DependencyInjection\Compiler;

use ExchangeMail\Bundle\Storage\NewMailSignal;
use Oro\Bundle\EmailBundle\Model\WebSocket\WebSocketSendProcessor;
use Symfony\Component\DependencyInjection\Compiler\CompilerPassInterface;
use Symfony\Component\DependencyInjection\ContainerBuilder;
use Symfony\Component\DependencyInjection\Reference;

/**
 * Lets Oro's sign of new mail wait for our transactions. A class that somebody else put in its place is left alone.
 */
final class HoldNewMailSignalPass implements CompilerPassInterface
{
    private const SIGNAL = 'oro_email.email_websocket.processor';

    public function process(ContainerBuilder $container): void
    {
        if (
            !$container->hasDefinition(self::SIGNAL)
            || WebSocketSendProcessor::class !== $container->getDefinition(self::SIGNAL)->getClass()
        ) {
            return;
        }
        $container->getDefinition(self::SIGNAL)
            ->setClass(NewMailSignal::class)
            ->addMethodCall('setTriggers', [new Reference('exchange_mail.storage.triggers'), new Reference('logger')]);
        $container->getDefinition('exchange_mail.storage.transactions')
            ->addMethodCall('setSignal', [new Reference(self::SIGNAL)]);
    }
}
