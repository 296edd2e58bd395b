<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Connection;

use ExchangeMail\Bundle\Engine\EngineFactory;
use ExchangeMail\Bundle\Engine\EngineMissingException;
use ExchangeMail\Bundle\Engine\SettingsIncompleteException;
use ExchangeMail\Bundle\Settings\ExchangeSettings;
use Oro\Bundle\ConfigBundle\Validator\OutboundConnectionValidatorInterface;
use Symfony\Contracts\Translation\TranslatorInterface;

/**
 * Asks the server with given settings and puts its answer into words. Stores nothing.
 */
final class ConnectionChecker
{
    private const HTTPS_PORT = 443;

    /**
     * @param OutboundConnectionValidatorInterface|null $outbound null in releases of Oro that have no such rules
     */
    public function __construct(
        private readonly EngineFactory $engineFactory,
        private readonly TranslatorInterface $translator,
        private readonly ?OutboundConnectionValidatorInterface $outbound = null
    ) {
    }

    public function check(ExchangeSettings $settings, string $mailbox): ConnectionReport
    {
        if (!$this->isAllowed($settings->server)) {
            return $this->failure('exchange_mail.check_connection.outbound_forbidden', ['%server%' => $settings->server]);
        }

        try {
            $info = $this->engineFactory->create($settings)->check($mailbox);
        } catch (EngineMissingException | SettingsIncompleteException | \ExchangeSync\Exception $exception) {
            return new ConnectionReport(false, $exception->getMessage());
        }

        return new ConnectionReport(true, $this->translator->trans('exchange_mail.check_connection.success', [
            '%url%' => $info->url,
            '%product%' => $info->product,
            '%build%' => $info->build,
            '%version%' => $info->version,
            '%auth%' => $info->auth,
            '%mailbox%' => $info->mailbox,
            '%folders%' => $info->folders,
        ]));
    }

    /**
     * @param array<string, string> $parameters
     */
    public function failure(string $message, array $parameters = []): ConnectionReport
    {
        return new ConnectionReport(false, $this->translator->trans($message, $parameters));
    }

    private function isAllowed(string $server): bool
    {
        if (null === $this->outbound || '' === $server) {
            return true;
        }
        $parts = parse_url(str_contains($server, '://') ? $server : 'https://' . $server);

        return \is_array($parts)
            && $this->outbound->isConnectionAllowed((string)($parts['host'] ?? ''), $parts['port'] ?? self::HTTPS_PORT);
    }
}
