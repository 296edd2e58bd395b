<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Oro;

use ExchangeMail\Tests\Oro\Support\OroTestCase;

/**
 * Issue: out of the box no page and no console command came up.
 */
final class InstallationTest extends OroTestCase
{
    public function testEveryCommandOfTheBundleIsThere(): void
    {
        $list = self::$oro->console('list', ['--raw']);

        self::assertSame(0, $list->code, $list->output);
        foreach (['oro:cron:exchange-sync', 'oro:exchange:status', 'oro:exchange:watch', 'oro:exchange:uninstall'] as $command) {
            self::assertStringContainsString($command, $list->output);
        }
    }

    public function testTheExtensionIsLoaded(): void
    {
        self::assertStringContainsString('exchange_sync', self::$oro->console('about')->output . $this->modules());
    }

    public function testPagesOpenWithoutAFaultOfJavaScript(): void
    {
        $pages = self::$browser->run('pages', ['paths' => [
            '/', '/contact', '/user', '/email/user-emails', '/config/system',
            '/config/system/platform/exchange_mail_settings', '/exchange-mail/status',
        ]]);

        foreach ($pages['pages'] as $path => $page) {
            self::assertSame(200, $page['status'], $path);
            self::assertSame([], $page['faults'], $path);
        }
    }

    public function testSwitchedOffEachCommandSaysWhereToSwitchOn(): void
    {
        self::$oro->configure(['exchange_mail.enabled' => false]);

        foreach (['oro:cron:exchange-sync', 'oro:exchange:status', 'oro:exchange:watch'] as $command) {
            $output = self::$oro->console($command, 'oro:exchange:watch' === $command ? ['--time-limit=+5 seconds'] : [])->output;
            self::assertStringContainsString('Email settings', $output, $command);
        }
    }

    private function modules(): string
    {
        return implode("\n", self::$oro->inside('modules', []));
    }
}
