<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Settings;

/**
 * The way to the server, beside its address.
 */
final readonly class ConnectionSettings
{
    public const DEFAULT_CONCURRENCY = 8;
    public const MAX_CONCURRENCY = 64;

    public int $concurrency;

    /**
     * @param int         $concurrency mailboxes at once, brought into 1 to MAX_CONCURRENCY
     * @param string|null $caFile      path of a PEM file with further certificate authorities
     * @param string|null $proxy       URL of an HTTP proxy
     * @param bool        $legacyTls   whether TLS of servers before 2012 is taken too
     */
    public function __construct(
        int $concurrency = self::DEFAULT_CONCURRENCY,
        public ?string $caFile = null,
        public ?string $proxy = null,
        public bool $legacyTls = false
    ) {
        $this->concurrency = max(1, min(self::MAX_CONCURRENCY, $concurrency));
    }

    public function withConcurrency(int $concurrency): self
    {
        return new self($concurrency, $this->caFile, $this->proxy, $this->legacyTls);
    }

    /**
     * @return array<string, mixed> options of \ExchangeSync; what is not set is left to the engine
     */
    public function toEngineOptions(): array
    {
        return ['concurrency' => $this->concurrency] + array_filter([
            'ca_file' => $this->caFile,
            'proxy' => $this->proxy,
            'legacy_tls' => $this->legacyTls,
        ]);
    }
}
