<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Datagrid;

use ExchangeMail\Bundle\Exception\StoringFailedException;

/**
 * The kinds of errors that the grid of mailboxes can be filtered by.
 */
class ErrorKinds
{
    private const KINDS = [
        'authentication' => 'ExchangeSync\AuthenticationException',
        'impersonation' => 'ExchangeSync\ImpersonationException',
        'connection' => 'ExchangeSync\ConnectionException',
        'configuration' => 'ExchangeSync\ConfigurationException',
        'throttled' => 'ExchangeSync\ThrottledException',
        'protocol' => 'ExchangeSync\ProtocolException',
        'storing' => StoringFailedException::class,
    ];

    /**
     * @return array<string, string> stored class by label
     */
    public function getChoices(): array
    {
        $choices = [];
        foreach (self::KINDS as $name => $class) {
            $choices['exchange_mail.status.error_kinds.' . $name] = $class;
        }

        return $choices;
    }
}
