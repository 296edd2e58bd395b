<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Settings;

use Symfony\Contracts\Translation\TranslatorInterface;

/**
 * Speaks of settings by the labels of the configuration page. The engine's messages name its options, which no administrator sees.
 */
final class SettingLabels
{
    /** Options of \ExchangeSync and the settings that fill them; the value "auto" is a choice of two of them. */
    private const LABELS = [
        'server' => 'fields.server.label',
        'version' => 'fields.version.label',
        'auth' => 'fields.auth.label',
        'login' => 'fields.login.label',
        'password' => 'fields.password.label',
        'oauth_token_url' => 'fields.oauth_token_url.label',
        'oauth_client_id' => 'fields.oauth_client_id.label',
        'oauth_client_secret' => 'fields.oauth_client_secret.label',
        'oauth_scope' => 'fields.oauth_scope.label',
        'domains' => 'fields.domains.label',
        'since' => 'fields.start_date.label',
        'folders' => 'fields.folders.label',
        'owner_is_recipient' => 'fields.owner_is_recipient.label',
        'skip_private' => 'fields.skip_private.label',
        'journal_mailboxes' => 'fields.journal_mailboxes.label',
        'concurrency' => 'fields.concurrency.label',
        'ca_file' => 'fields.ca_file.label',
        'proxy' => 'fields.proxy.label',
        'legacy_tls' => 'fields.legacy_tls.label',
        'auto' => 'choices.auto',
    ];

    public function __construct(private readonly TranslatorInterface $translator)
    {
    }

    /**
     * @param list<string> $options names of the engine's options
     *
     * @return string their labels, quoted, separated by commas
     */
    public function list(array $options): string
    {
        return implode(', ', array_map($this->quote(...), $options));
    }

    /**
     * @param string $message the engine's: 'server' in quotes, or a name with an underscore without
     */
    public function explain(string $message): string
    {
        $names = array_keys(self::LABELS);
        $bare = array_filter($names, static fn (string $name): bool => str_contains($name, '_'));
        $pattern = \sprintf("~'(%s)'|(?<![\\w'\"/.-])(%s)(?![\\w'\"/.-]*\\w)~", implode('|', $names), implode('|', $bare));

        return (string)preg_replace_callback(
            $pattern,
            fn (array $match): string => $this->quote($match[2] ?? $match[1]),
            $message
        );
    }

    private function quote(string $option): string
    {
        return '"' . $this->translator->trans('exchange_mail.system_configuration.' . self::LABELS[$option]) . '"';
    }
}
