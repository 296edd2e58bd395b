<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Settings;

/**
 * What the administrator configured, ready for the engine. Keeps the password out of dumps; knows not where settings are stored.
 */
final readonly class ExchangeSettings
{
    public const DEFAULT_CONCURRENCY = 8;
    public const MAX_CONCURRENCY = 64;

    /** Wrapped: dumps, casts and traces show no value, and serialization is refused. */
    private \SensitiveParameterValue $password;

    /**
     * @param list<string> $folders names, paths or distinguished ids; none: every mail folder but drafts, junk, outbox, deleted
     */
    public function __construct(
        public bool $enabled,
        public string $server,
        public ServerVersion $version,
        public string $login,
        #[\SensitiveParameter] string $password,
        public DomainList $domains,
        public array $folders = [],
        public ?\DateTimeImmutable $since = null,
        public int $concurrency = self::DEFAULT_CONCURRENCY,
        public ?string $caFile = null
    ) {
        $this->password = new \SensitiveParameterValue($password);
    }

    public function withConcurrency(int $concurrency): self
    {
        return new self(
            $this->enabled,
            $this->server,
            $this->version,
            $this->login,
            $this->revealPassword(),
            $this->domains,
            $this->folders,
            $this->since,
            max(1, min(self::MAX_CONCURRENCY, $concurrency)),
            $this->caFile
        );
    }

    /**
     * @return list<string> names of the settings that are needed and empty
     */
    public function getMissing(): array
    {
        return array_keys(array_filter([
            'server' => '' === $this->server,
            'login' => '' === $this->login,
            'password' => '' === $this->revealPassword(),
            'domains' => $this->domains->isEmpty(),
        ]));
    }

    /**
     * Switched on and complete: Oro may read mail.
     */
    public function isUsable(): bool
    {
        return $this->enabled && [] === $this->getMissing();
    }

    public function revealPassword(): string
    {
        return $this->password->getValue();
    }

    /**
     * @return array<string, mixed> the options of \ExchangeSync
     */
    public function toEngineOptions(): array
    {
        $options = [
            'server' => $this->server,
            'version' => $this->version->toRequestServerVersion(),
            'login' => $this->login,
            'password' => $this->revealPassword(),
            'domains' => $this->domains->domains,
            'concurrency' => $this->concurrency,
        ];
        if ([] !== $this->folders) {
            $options['folders'] = $this->folders;
        }
        if (null !== $this->since) {
            $options['since'] = $this->since->format('Y-m-d');
        }
        if (null !== $this->caFile) {
            $options['ca_file'] = $this->caFile;
        }

        return $options;
    }
}
