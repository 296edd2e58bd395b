<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Configuration;

/**
 * What the administrator's YAML file says, with absolute paths. The engine checks its own options.
 */
final class Configuration
{
    private readonly \SensitiveParameterValue $engineOptions;

    /**
     * @param array<string, mixed> $engineOptions what ExchangeSync's constructor takes
     * @param list<string>         $domains       lower case
     * @param list<string>         $mailboxes     addresses to read instead of all users'; empty: all users'
     */
    public function __construct(
        #[\SensitiveParameter] array $engineOptions,
        public readonly array $domains,
        public readonly string $contacts,
        public readonly string $users,
        public readonly string $database,
        public readonly array $mailboxes
    ) {
        $this->engineOptions = new \SensitiveParameterValue($engineOptions);
    }

    /**
     * @throws \ExchangeSync\ConfigurationException naming the option
     */
    public function engine(): \ExchangeSync
    {
        return new \ExchangeSync($this->engineOptions->getValue());
    }
}
