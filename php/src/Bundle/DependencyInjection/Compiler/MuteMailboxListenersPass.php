<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\DependencyInjection\Compiler;

use ExchangeMail\Bundle\EventListener\MutedAutoResponseListener;
use ExchangeMail\Bundle\EventListener\MutedMailboxProcessListener;
use Oro\Bundle\EmailBundle\EventListener\AutoResponseListener;
use Oro\Bundle\EmailBundle\EventListener\MailboxProcessTriggerListener;
use Symfony\Component\DependencyInjection\Compiler\CompilerPassInterface;
use Symfony\Component\DependencyInjection\ContainerBuilder;
use Symfony\Component\DependencyInjection\Reference;

/**
 * Lets Oro's listeners for mail of system mailboxes be muted: they can't be switched off as others can. A class that somebody
 * else put in their place is left alone.
 */
final class MuteMailboxListenersPass implements CompilerPassInterface
{
    private const CLASSES = [
        'oro_email.listener.auto_response_listener' => [AutoResponseListener::class, MutedAutoResponseListener::class],
        'oro_email.listener.mailbox_process_trigger_listener' => [
            MailboxProcessTriggerListener::class, MutedMailboxProcessListener::class,
        ],
    ];

    public function process(ContainerBuilder $container): void
    {
        foreach (self::CLASSES as $id => [$theirs, $ours]) {
            if ($container->hasDefinition($id) && $theirs === $container->getDefinition($id)->getClass()) {
                $container->getDefinition($id)
                    ->setClass($ours)
                    ->addMethodCall('setTriggers', [new Reference('exchange_mail.storage.triggers')]);
            }
        }
    }
}
