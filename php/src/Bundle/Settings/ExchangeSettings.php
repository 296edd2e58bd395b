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

    /**
     * @param list<string> $folders names, paths or distinguished ids; none: every mail folder but drafts, junk, outbox, deleted
     */
    public function __construct(
        public bool $enabled,
        public string $server,
        public ServerVersion $version,
        public string $login,
        #[\SensitiveParameter] private string $password,
        public DomainList $domains,
        public array $folders = [],
        public ?\DateTimeImmutable $since = null,
        public int $concurrency = self::DEFAULT_CONCURRENCY,
        public ?string $caFile = null
    ) {
    }

    public function withConcurrency(int $concurrency): self
    {
        return new self(
            $this->enabled,
            $this->server,
            $this->version,
            $this->login,
            $this->password,
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
            'password' => '' === $this->password,
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

    /**
     * @return array<string, mixed> the options of \ExchangeSync
     */
    public function toEngineOptions(): array
    {
        $options = [
            'server' => $this->server,
            'version' => $this->version->toRequestServerVersion(),
            'login' => $this->login,
            'password' => $this->password,
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

    /**
     * @return array<string, mixed>
     */
    public function __debugInfo(): array
    {
        return ['password' => '' === $this->password ? '' : '(hidden)'] + get_object_vars($this);
    }

    public function __serialize(): never
    {
        throw new \LogicException('Exchange settings hold a password and are not serialized; read them anew from the provider.');
    }
}
