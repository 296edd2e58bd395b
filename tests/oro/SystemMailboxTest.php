<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Oro;

use ExchangeMail\Tests\Extension\ExchangeServer;
use ExchangeMail\Tests\Oro\Support\OroTestCase;

/**
 * A system mailbox that an administrator lets be read from Exchange, in the browser.
 */
final class SystemMailboxTest extends OroTestCase
{
    public function testItIsSavedAndCollectsAllThatIsAddressedToItIntoItsOwnFolders(): void
    {
        $domain = 'system.example';
        $server = new ExchangeServer(['--mailbox', "info@$domain"]);
        self::readFrom($server, [$domain]);

        $form = self::$browser->run('system-mailbox', [
            'label' => 'Info of System',
            'email' => "info@$domain",
            'since' => '2024-01-01',
            'picture' => 'system-mailbox',
        ]);
        self::assertStringContainsString('has been saved', $form['flash'], $form['refused']);

        $server->deliver("info@$domain", ExchangeServer::mail('1@s', 'Of a stranger', "info@$domain", 'stranger@else.example'));
        $server->deliver("info@$domain", ExchangeServer::mail('2@s', 'To somebody else', "other@$domain", 'stranger@else.example'));
        self::tick();

        $rows = self::$oro->rows(
            'SELECT e.subject, m.label, f.type FROM oro_email_user eu JOIN oro_email e ON e.id = eu.email_id'
            . ' JOIN oro_email_mailbox m ON m.id = eu.mailbox_owner_id AND m.email = ?'
            . ' JOIN oro_email_user_folders uf ON uf.email_user_id = eu.id JOIN oro_email_folder f ON f.id = uf.folder_id',
            ["info@$domain"]
        );
        self::assertSame([['subject' => 'Of a stranger', 'label' => 'Info of System', 'type' => 'inbox']], $rows);
        self::assertSame(0, self::collected('To somebody else'));
        $sent = 'SELECT COUNT(*) FROM oro_email_folder f JOIN oro_email_mailbox m ON m.origin_id = f.origin_id'
            . " WHERE m.email = ? AND f.type = 'sent'";
        self::assertSame(1, (int)self::$oro->value($sent, ["info@$domain"]), 'One folder of sent mail, Exchange\'s own.');
    }
}
