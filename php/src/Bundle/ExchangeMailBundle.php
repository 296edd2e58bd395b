<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle;

use ExchangeMail\Bundle\DependencyInjection\Compiler\HoldNewMailSignalPass;
use ExchangeMail\Bundle\DependencyInjection\Compiler\MuteMailboxListenersPass;
use Symfony\Component\DependencyInjection\ContainerBuilder;
use Symfony\Component\HttpKernel\Bundle\Bundle;

/**
 * Exchange mail for OroCRM: Oro's configuration, cron, entities and screens around the native engine. Knows no mail protocol.
 */
final class ExchangeMailBundle extends Bundle
{
    public function build(ContainerBuilder $container): void
    {
        parent::build($container);
        $container->addCompilerPass(new MuteMailboxListenersPass());
        $container->addCompilerPass(new HoldNewMailSignalPass());
    }
}
