<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Settings;

use ExchangeMail\Bundle\DependencyInjection\Configuration;
use Oro\Bundle\ConfigBundle\Config\ConfigManager;
use Oro\Bundle\SecurityBundle\Encoder\SymmetricCrypterInterface;

/**
 * Reads the settings from Oro's system configuration and decrypts the password.
 */
final class SettingsProvider
{
    public function __construct(
        private readonly ConfigManager $configManager,
        private readonly SymmetricCrypterInterface $crypter
    ) {
    }

    public function getSettings(): ExchangeSettings
    {
        return new ExchangeSettings(
            (bool)$this->get(Configuration::ENABLED),
            trim((string)$this->get(Configuration::SERVER)),
            ServerVersion::tryFrom((string)$this->get(Configuration::VERSION)) ?? ServerVersion::Auto,
            trim((string)$this->get(Configuration::LOGIN)),
            $this->decrypt((string)$this->get(Configuration::PASSWORD)),
            DomainList::fromText($this->get(Configuration::DOMAINS)),
            self::lines($this->get(Configuration::FOLDERS)),
            self::date($this->get(Configuration::START_DATE)),
            self::concurrency($this->get(Configuration::CONCURRENCY)),
            trim((string)$this->get(Configuration::CA_FILE)) ?: null
        );
    }

    /**
     * Takes note of what other processes saved: for those that live long.
     */
    public function reload(): void
    {
        $this->configManager->reload();
    }

    /**
     * Folder names may hold spaces and commas: one a line.
     *
     * @return list<string>
     */
    public static function lines(?string $text): array
    {
        $lines = array_map(trim(...), preg_split('/\R/u', (string)$text) ?: []);

        return array_values(array_unique(array_filter($lines, static fn (string $line): bool => '' !== $line)));
    }

    private function get(string $name): mixed
    {
        return $this->configManager->get(Configuration::key($name));
    }

    private function decrypt(string $encrypted): string
    {
        return '' === $encrypted ? '' : (string)$this->crypter->decryptData($encrypted);
    }

    private static function date(mixed $value): ?\DateTimeImmutable
    {
        $date = \DateTimeImmutable::createFromFormat('!Y-m-d', (string)$value, new \DateTimeZone('UTC'));

        return false === $date ? null : $date;
    }

    private static function concurrency(mixed $value): int
    {
        $number = is_numeric($value) ? (int)$value : ExchangeSettings::DEFAULT_CONCURRENCY;

        return max(1, min(ExchangeSettings::MAX_CONCURRENCY, $number));
    }
}
