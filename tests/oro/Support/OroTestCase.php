<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Oro\Support;

use ExchangeMail\Tests\Extension\ExchangeServer;
use PHPUnit\Framework\TestCase;

/**
 * A test against an installed OroCRM and a test Exchange. Each test class has an e-mail domain of its own, so that none sees what
 * another left behind.
 */
abstract class OroTestCase extends TestCase
{
    protected static Installation $oro;

    protected static Browser $browser;

    public static function setUpBeforeClass(): void
    {
        $oro = Installation::find();
        if (null === $oro) {
            fwrite(\STDERR, "SKIPPED: nothing was tried in a real OroCRM (set ORO_ROOT and ORO_URL, see tests/oro/README.md)\n");
            self::markTestSkipped('ORO_ROOT and ORO_URL do not name an OroCRM installation.');
        }
        self::$oro = $oro;
        self::$browser = new Browser($oro);
    }

    /**
     * Lets Oro read this server from now on; what other tests configured is forgotten.
     *
     * @param list<string>                   $domains
     * @param array<string, string|int|bool> $more
     */
    protected static function readFrom(ExchangeServer $server, array $domains, array $more = []): void
    {
        self::$oro->configure($more + [
            'exchange_mail.enabled' => true,
            'exchange_mail.server' => $server->url,
            'exchange_mail.version' => 'auto',
            'exchange_mail.login' => ExchangeServer::LOGIN,
            'exchange_mail.password' => ExchangeServer::PASSWORD,
            'exchange_mail.domains' => implode("\n", $domains),
            'exchange_mail.start_date' => '',
        ]);
    }

    /**
     * What happens every minute: cron's command, then the consumers.
     */
    protected static function tick(): string
    {
        $result = self::$oro->console('oro:cron:exchange-sync');
        self::assertSame(0, $result->code, $result->output);
        self::$oro->drainQueue();

        return $result->output;
    }

    /**
     * @return list<string> subjects of a user's e-mails as My Emails shows them, in no order
     */
    protected static function myEmails(string $user): array
    {
        return array_column(self::$oro->rows(
            'SELECT e.subject FROM oro_email_user eu JOIN oro_email e ON e.id = eu.email_id'
            . ' JOIN oro_user u ON u.id = eu.user_owner_id JOIN oro_email_origin o ON o.id = eu.origin_id'
            . ' WHERE u.username = ? AND o.isactive = ? ORDER BY e.subject',
            [$user, self::$oro->isPostgres() ? 'true' : 1]
        ), 'subject');
    }

    /**
     * Waits until something is so, and fails where it does not come about.
     *
     * @param callable(): bool $isSo
     */
    protected static function waitFor(callable $isSo, string $what, int $seconds = 60): void
    {
        $end = microtime(true) + $seconds;
        while (!$isSo()) {
            self::assertLessThan($end, microtime(true), "Not within $seconds s: $what");
            usleep(500_000);
        }
    }

    /**
     * A user and a contact with a mailbox on a new test Exchange, configured and read once.
     *
     * @param list<string> $more addresses of further mailboxes
     */
    protected static function company(string $domain, array $more = []): ExchangeServer
    {
        $arguments = [];
        foreach (["jane@$domain", ...$more] as $mailbox) {
            array_push($arguments, '--mailbox', $mailbox);
        }
        $server = new ExchangeServer($arguments);
        self::$oro->inside('users', [['email' => "jane@$domain", 'first' => 'Jane', 'last' => 'Doe']]);
        self::$oro->inside('contacts', [['first' => 'Carl', 'last' => 'Customer', 'emails' => ["carl@customer-of.$domain"]]]);
        self::$oro->drainQueue();
        self::readFrom($server, [$domain]);

        return $server;
    }

    /**
     * Delivers mail of the company's customer.
     */
    protected static function deliver(ExchangeServer $server, string $domain, string $subject, ?string $eml = null): string
    {
        $eml ??= ExchangeServer::mail(
            str_replace(' ', '-', $subject) . '@' . $domain,
            $subject,
            "jane@$domain",
            "carl@customer-of.$domain"
        );

        return $server->deliver("jane@$domain", $eml);
    }

    protected static function collected(string $subject): int
    {
        return (int)self::$oro->value('SELECT COUNT(*) FROM oro_email WHERE subject = ?', [$subject]);
    }
}
