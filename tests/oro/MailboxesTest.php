<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Oro;

use ExchangeMail\Tests\Extension\ExchangeServer;
use ExchangeMail\Tests\Oro\Support\OroTestCase;

/**
 * Which mailboxes are read, and what stays when one is not read any more.
 */
final class MailboxesTest extends OroTestCase
{
    public function testMailStaysInMyEmailsWhenItsDomainLeavesTheList(): void
    {
        $server = self::company('leaving.example');
        self::deliver($server, 'leaving.example', 'Stays after its domain');
        self::tick();
        self::assertSame(['Stays after its domain'], self::myEmails('jane@leaving.example'));

        self::readFrom($server, ['another.example']);
        self::tick();

        self::assertSame(['Stays after its domain'], self::myEmails('jane@leaving.example'));
        self::deliver($server, 'leaving.example', 'Comes after its domain left');
        self::tick();
        self::assertSame(0, self::collected('Comes after its domain left'));
    }

    public function testMailStaysInMyEmailsWhenItsUserIsDisabled(): void
    {
        $server = self::company('disabled.example');
        self::deliver($server, 'disabled.example', 'Stays after its user');
        self::tick();

        self::$oro->inside('enable', ['email' => 'jane@disabled.example', 'enabled' => false]);
        self::tick();
        self::deliver($server, 'disabled.example', 'Comes after its user left');
        self::tick();

        self::assertSame(['Stays after its user'], self::myEmails('jane@disabled.example'));
        self::assertSame(0, self::collected('Comes after its user left'));
    }

    public function testAnAdditionalAddressThatIsNoMailboxDisturbsNobody(): void
    {
        $domain = 'additional.example';
        $server = new ExchangeServer(['--mailbox', "john@$domain"]);
        self::$oro->inside('users', [
            ['email' => "john@$domain", 'first' => 'John', 'last' => 'Doe', 'more' => ["john.doe@$domain"]],
        ]);
        self::$oro->inside('contacts', [['first' => 'Carl', 'last' => 'Customer', 'emails' => ["carl@customer-of.$domain"]]]);
        self::$oro->drainQueue();
        self::readFrom($server, [$domain]);
        $alerts = self::$oro->value("SELECT COUNT(*) FROM oro_notification_alert WHERE source_type = 'ExchangeMail'");

        self::tick();
        $server->deliver(
            "john@$domain",
            ExchangeServer::mail("a@$domain", 'To the second address', "john.doe@$domain", "carl@customer-of.$domain")
        );
        self::tick();

        self::assertSame(['To the second address'], self::myEmails("john@$domain"));
        self::assertSame($alerts, self::$oro->value("SELECT COUNT(*) FROM oro_notification_alert WHERE source_type = 'ExchangeMail'"));
        $errors = self::$oro->rows(
            'SELECT exchange_last_error FROM oro_email_origin WHERE mailbox_name LIKE ? AND exchange_last_error IS NOT NULL',
            ["%@$domain"]
        );
        self::assertSame([], $errors);
    }
}
