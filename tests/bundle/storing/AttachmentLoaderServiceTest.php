<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing;

use ExchangeMail\Bundle\DependencyInjection\ExchangeMailExtension;
use Oro\Bundle\ConfigBundle\DependencyInjection\SettingsBuilder;
use Oro\Bundle\EmailBundle\Provider\EmailAttachmentLoaderInterface;
use PHPUnit\Framework\TestCase;
use Symfony\Component\DependencyInjection\ContainerBuilder;

final class AttachmentLoaderServiceTest extends TestCase
{
    public function testTheLoaderOfAttachmentsIsAServiceOnlyWhereOroHasItsInterface(): void
    {
        if (!class_exists(SettingsBuilder::class)) {
            self::markTestSkipped('ORO_PLATFORM_DIR does not name a source tree of oro/platform.');
        }
        $container = new ContainerBuilder();
        (new ExchangeMailExtension())->load([], $container);

        self::assertSame(
            interface_exists(EmailAttachmentLoaderInterface::class),
            $container->hasDefinition('exchange_mail.email_attachment_loader')
        );
        self::assertTrue($container->hasDefinition('exchange_mail.email_body_loader'));
        // what Oro has not can't even be loaded: nothing else may name the class
        foreach ($container->getDefinitions() as $id => $definition) {
            $isLoader = str_ends_with((string)$definition->getClass(), 'ExchangeEmailAttachmentLoader');
            self::assertSame('exchange_mail.email_attachment_loader' === $id, $isLoader, $id);
        }
    }
}
