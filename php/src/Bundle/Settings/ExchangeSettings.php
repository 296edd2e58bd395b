<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Settings;

/**
 * What the administrator configured, ready for the engine. Knows not where settings are stored.
 */
final readonly class ExchangeSettings
{
    /**
     * @param string $server host name, e-mail domain for Autodiscover, or URL of Exchange.asmx
     */
    public function __construct(
        public bool $enabled,
        public string $server,
        public ServerVersion $version,
        public Credentials $credentials,
        public DomainList $domains,
        public CollectionSettings $collection = new CollectionSettings(),
        public ConnectionSettings $connection = new ConnectionSettings()
    ) {
    }

    public function withConcurrency(int $concurrency): self
    {
        return new self(
            $this->enabled,
            $this->server,
            $this->version,
            $this->credentials,
            $this->domains,
            $this->collection,
            $this->connection->withConcurrency($concurrency)
        );
    }

    /**
     * @return list<string> names of the settings that are needed and empty
     */
    public function getMissing(): array
    {
        return [
            ...('' === $this->server ? ['server'] : []),
            ...$this->credentials->getMissing(),
            ...($this->domains->isEmpty() ? ['domains'] : []),
        ];
    }

    /**
     * Switched on and complete: Oro may read mail.
     */
    public function isUsable(): bool
    {
        return $this->enabled && [] === $this->getMissing();
    }

    /**
     * @return array<string, mixed> the options of \ExchangeSync
     */
    public function toEngineOptions(): array
    {
        return [
            'server' => $this->server,
            'version' => $this->version->toRequestServerVersion(),
            ...$this->credentials->toEngineOptions(),
            'domains' => $this->domains->domains,
            ...$this->connection->toEngineOptions(),
            ...$this->collection->toEngineOptions(),
        ];
    }
}
