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
            $this->flag(Configuration::ENABLED),
            $this->text(Configuration::SERVER),
            ServerVersion::tryFrom($this->text(Configuration::VERSION)) ?? ServerVersion::Auto,
            $this->getCredentials(),
            DomainList::fromText($this->text(Configuration::DOMAINS)),
            new CollectionSettings(
                self::lines($this->text(Configuration::FOLDERS)),
                self::date($this->text(Configuration::START_DATE)),
                $this->flag(Configuration::OWNER_IS_RECIPIENT),
                $this->flag(Configuration::SKIP_PRIVATE),
                AddressList::fromText($this->text(Configuration::JOURNAL_MAILBOXES)),
                SystemMailboxesCollect::tryFrom($this->text(Configuration::SYSTEM_MAILBOXES_COLLECT))
                    ?? SystemMailboxesCollect::Addressed,
                $this->flag(Configuration::ALLOW_OPT_OUT)
            ),
            new ConnectionSettings(
                self::concurrency($this->get(Configuration::CONCURRENCY)),
                $this->text(Configuration::CA_FILE) ?: null,
                $this->text(Configuration::PROXY) ?: null,
                $this->flag(Configuration::LEGACY_TLS)
            )
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

    private function getCredentials(): Credentials
    {
        return new Credentials(
            LoginScheme::tryFrom($this->text(Configuration::AUTH)) ?? LoginScheme::Auto,
            $this->text(Configuration::LOGIN),
            $this->decrypt($this->text(Configuration::PASSWORD)),
            $this->text(Configuration::OAUTH_TOKEN_URL),
            $this->text(Configuration::OAUTH_CLIENT_ID),
            $this->decrypt($this->text(Configuration::OAUTH_CLIENT_SECRET)),
            $this->text(Configuration::OAUTH_SCOPE)
        );
    }

    private function get(string $name): mixed
    {
        return $this->configManager->get(Configuration::key($name));
    }

    private function text(string $name): string
    {
        return trim((string)$this->get($name));
    }

    private function flag(string $name): bool
    {
        return (bool)$this->get($name);
    }

    private function decrypt(string $encrypted): string
    {
        return '' === $encrypted ? '' : (string)$this->crypter->decryptData($encrypted);
    }

    private static function date(string $day): ?\DateTimeImmutable
    {
        $date = \DateTimeImmutable::createFromFormat('!Y-m-d', $day, new \DateTimeZone('UTC'));

        return false === $date ? null : $date;
    }

    private static function concurrency(mixed $value): int
    {
        return is_numeric($value) ? (int)$value : ConnectionSettings::DEFAULT_CONCURRENCY;
    }
}
