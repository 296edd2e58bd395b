<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Connection;

use ExchangeMail\Bundle\Compat\OutboundConnections;
use ExchangeMail\Bundle\Engine\EngineFactory;
use ExchangeMail\Bundle\Exception\EngineMissingException;
use ExchangeMail\Bundle\Exception\SettingsIncompleteException;
use ExchangeMail\Bundle\Settings\ExchangeSettings;
use ExchangeMail\Bundle\Settings\SettingLabels;
use Symfony\Contracts\Translation\TranslatorInterface;

/**
 * Asks the server with given settings and puts its answer into words. Stores nothing.
 */
final class ConnectionChecker
{
    public function __construct(
        private readonly EngineFactory $engineFactory,
        private readonly TranslatorInterface $translator,
        private readonly SettingLabels $labels,
        private readonly OutboundConnections $outbound
    ) {
    }

    public function check(ExchangeSettings $settings, string $mailbox): ConnectionReport
    {
        foreach ([$settings->server, $settings->credentials->tokenUrl] as $address) {
            if (!$this->outbound->isAllowed($address)) {
                return $this->failure('exchange_mail.check_connection.outbound_forbidden', ['%server%' => $address]);
            }
        }

        try {
            $info = $this->engineFactory->create($settings)->check($mailbox);
        } catch (EngineMissingException | SettingsIncompleteException | \ExchangeSync\Exception $exception) {
            return new ConnectionReport(false, $this->labels->explain($exception->getMessage()));
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
}
