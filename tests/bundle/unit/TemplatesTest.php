<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Unit;

use ExchangeMail\Bundle\Settings\SettingLabels;
use ExchangeMail\Bundle\Status\MailboxStatus;
use ExchangeMail\Bundle\Status\StatusTotals;
use ExchangeMail\Bundle\Twig\ExchangeMailExtension;
use PHPUnit\Framework\TestCase;
use Symfony\Contracts\Translation\TranslatorInterface;
use Twig\Environment;
use Twig\Loader\ArrayLoader;
use Twig\Loader\ChainLoader;
use Twig\Loader\FilesystemLoader;
use Twig\TwigFilter;
use Twig\TwigFunction;

/**
 * What the templates show, on real Twig; Oro's page and filters are played.
 */
final class TemplatesTest extends TestCase
{
    private Environment $twig;

    protected function setUp(): void
    {
        $files = new FilesystemLoader();
        $files->addPath(__DIR__ . '/../../../php/src/Bundle/Resources/views', 'ExchangeMail');
        $page = new ArrayLoader([
            '@OroUI/actions/index.html.twig' => '{% block content_datagrid %}grid {{ gridName }}{% endblock %}',
            '@OroDashboard/Dashboard/widget.html.twig' => '{% block content %}{% endblock %}{% block actions %}{% endblock %}',
        ]);
        $this->twig = new Environment(new ChainLoader([$files, $page]), ['strict_variables' => true]);
        $this->twig->addFunction(new TwigFunction('path', static fn (string $route): string => '/' . $route));
        $translator = $this->createMock(TranslatorInterface::class);
        $translator->method('trans')->willReturnArgument(0);
        $this->twig->addExtension(new ExchangeMailExtension(new SettingLabels($translator)));
        $this->twig->addFilter(new TwigFilter(
            'trans',
            static fn (string $key, array $values = []): string => trim($key . ' ' . implode(' ', $values))
        ));
        $this->twig->addFilter(new TwigFilter(
            'oro_format_datetime',
            static fn (\DateTimeInterface $moment): string => $moment->format('Y-m-d H:i')
        ));
        $this->twig->addFilter(new TwigFilter(
            'oro_format_date',
            static fn (\DateTimeInterface $day): string => $day->format('Y-m-d')
        ));
    }

    public function testTheButtonIsShownWithItsFieldAndNoWarningWhereTheEngineIsThere(): void
    {
        $html = $this->renderButton('');

        self::assertStringContainsString('data-role="check"', $html);
        self::assertStringContainsString('data-role="mailbox"', $html);
        self::assertStringContainsString('exchangemail\/js\/app\/views\/check-connection-view', html_entity_decode($html));
        self::assertStringNotContainsString('alert', $html);
        self::assertStringNotContainsString(' name=', $html, 'The mailbox is not part of the configuration.');
    }

    public function testWhatToInstallIsShownAsText(): void
    {
        self::assertStringContainsString('Install &lt;it&gt;', $this->renderButton('Install <it>'));
    }

    public function testThePageSaysWhyNoMailIsCollected(): void
    {
        $render = fn (string $remedy, bool $isEnabled, ?StatusTotals $totals = new StatusTotals(3, 1, 0, 20, 0)): string => $this->twig
            ->render('@ExchangeMail/Status/index.html.twig', ['remedy' => $remedy, 'isEnabled' => $isEnabled, 'totals' => $totals]);

        self::assertStringContainsString('grid exchange-mail-status-grid', $render('', true));
        self::assertStringNotContainsString('alert', $render('', true));
        self::assertStringContainsString('exchange_mail.status.disabled', $render('', false));
        self::assertStringContainsString('install it', $render('install it', false));
        self::assertStringContainsString('exchange_mail.status.totals.failed 1', $render('', true));
        self::assertStringNotContainsString('exchange_mail.status.totals.off', $render('', true));
        self::assertStringNotContainsString('grid', $render('run the update', true, null));
    }

    public function testAnErrorIsShownOnceWithItsRemedyAndEscaped(): void
    {
        $render = fn (?string $error, ?string $remedy): string => trim($this->renderCell(
            'lastError',
            ['lastError' => $error, 'lastErrorRemedy' => $remedy]
        ));

        self::assertSame('', $render(null, null));
        self::assertStringContainsString('&lt;b&gt;refused&lt;/b&gt;', $render('<b>refused</b>', null));
        self::assertStringContainsString('<strong>Check it.</strong>', $render('Refused.', 'Check it.'));
        self::assertSame(1, substr_count($render('Refused. Check it.', 'Check it.'), 'Check it.'));
    }

    public function testTheNextRunIsATimeOrNothing(): void
    {
        $render = fn (bool $isActive, ?\DateTime $next): string => trim($this->renderCell(
            'nextRun',
            ['isActive' => $isActive, 'nextRunAt' => $next]
        ));

        self::assertSame('2126-03-01 10:15', $render(true, new \DateTime('2126-03-01 10:15')));
        self::assertMatchesRegularExpression('~^\d{4}-\d\d-\d\d \d\d:\d\d$~', $render(true, null));
        self::assertSame('', $render(false, null));
    }

    public function testTheWidgetShowsTotalsAndWhatFailsOrWhatToRun(): void
    {
        $failed = new MailboxStatus(7, 'jane@example.com', 'jane', true, null, null, 3, 0, "Set 'server'.", null);
        $html = $this->twig->render(
            '@ExchangeMail/Dashboard/status.html.twig',
            ['totals' => new StatusTotals(3, 1, 0, 20, 0), 'failed' => [$failed]]
        );
        self::assertStringContainsString('exchange_mail.status.totals.mailboxes 3', $html);
        self::assertStringContainsString('jane@example.com', $html);
        self::assertStringContainsString('exchange_mail.system_configuration.fields.server.label', $html);
        self::assertStringContainsString(
            'run it',
            $this->twig->render('@ExchangeMail/Dashboard/status.html.twig', ['remedy' => 'run it'])
        );
    }

    public function testAUserSeesWhatIsReadOfHisMailbox(): void
    {
        $render = fn (array $variables): string => $this->twig->load('@ExchangeMail/Form/fields.html.twig')->renderBlock(
            'exchange_mail_user_mailbox_widget',
            $variables + ['id' => 'user', 'mailboxes' => [], 'folders' => [], 'since' => null, 'is_read_by_imap' => false]
        );
        $mailbox = fn (bool $active, ?string $error): MailboxStatus => new MailboxStatus(
            7,
            'jane@example.com',
            'jane',
            $active,
            new \DateTimeImmutable('2026-03-01 10:15'),
            null,
            3,
            0,
            $error,
            null
        );
        $read = $render([
            'mailboxes' => [$mailbox(true, null)],
            'folders' => [7 => ['Inbox', 'Sent Items']],
            'since' => new \DateTimeImmutable('2026-01-01'),
        ]);

        self::assertStringContainsString('exchange_mail.user_mailbox.on jane@example.com', $read);
        self::assertStringContainsString('exchange_mail.user_mailbox.since 2026-01-01', $read);
        self::assertStringContainsString('exchange_mail.user_mailbox.folders Inbox, Sent Items', $read);
        self::assertStringContainsString('exchange_mail.user_mailbox.last_run 2026-03-01 10:15', $read);
        self::assertStringContainsString('exchange_mail.user_mailbox.imap.off', $read);
        self::assertStringContainsString('exchange_mail.user_mailbox.none', $render([]));
        self::assertStringContainsString('exchange_mail.user_mailbox.imap.on', $render(['is_read_by_imap' => true]));
        $off = $render(['mailboxes' => [$mailbox(false, null)], 'folders' => [7 => []]]);
        self::assertStringContainsString('exchange_mail.user_mailbox.off', $off);
        self::assertStringNotContainsString('exchange_mail.user_mailbox.all', $off);
        $failed = $render(['mailboxes' => [$mailbox(true, 'No right of svc.')], 'folders' => [7 => []]]);
        self::assertStringContainsString('exchange_mail.user_mailbox.failed', $failed);
        self::assertStringNotContainsString('svc', $failed, 'What is wrong with the account is for administrators.');
    }

    private function renderButton(string $remedy): string
    {
        return $this->twig->load('@ExchangeMail/Form/fields.html.twig')->renderBlock(
            'exchange_mail_check_connection_widget',
            ['id' => 'check', 'engine_remedy' => $remedy, 'scheme_fields' => ['other' => ['exchange_mail___login']]]
        );
    }

    /**
     * @param array<string, mixed> $values
     */
    private function renderCell(string $template, array $values): string
    {
        $record = new class ($values) {
            public function __construct(private readonly array $values)
            {
            }

            public function getValue(string $name): mixed
            {
                return $this->values[$name];
            }
        };

        return $this->twig->render(\sprintf('@ExchangeMail/Status/Datagrid/%s.html.twig', $template), ['record' => $record]);
    }
}
