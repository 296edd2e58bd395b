<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Oro;

use ExchangeMail\Tests\Oro\Support\OroTestCase;

/**
 * The end: the bundle's own data goes, the mail stays where its users look for it. The last suite, since nothing works after it.
 */
final class UninstallTest extends OroTestCase
{
    public function testTheMailStaysInMyEmails(): void
    {
        if ('1' !== getenv('ORO_UNINSTALL')) {
            fwrite(\STDERR, "SKIPPED: uninstalling (set ORO_UNINSTALL=1; the installation needs oro:platform:update after it)\n");
            self::markTestSkipped('ORO_UNINSTALL is not 1.');
        }
        $server = self::company('uninstalled.example');
        self::deliver($server, 'uninstalled.example', 'Stays after all');
        self::tick();
        self::assertSame(['Stays after all'], self::myEmails('jane@uninstalled.example'));

        $told = self::$oro->console('oro:exchange:uninstall');
        self::assertSame(0, $told->code, $told->output);
        self::assertSame(['Stays after all'], self::myEmails('jane@uninstalled.example'));
        $done = self::$oro->console('oro:exchange:uninstall', ['--force']);
        self::assertSame(0, $done->code, $done->output);

        self::assertSame(['Stays after all'], self::myEmails('jane@uninstalled.example'));
        self::assertSame([], self::$oro->rows("SELECT name FROM oro_email_origin WHERE name LIKE 'exchange%'"));
    }
}
