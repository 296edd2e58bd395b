<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Connection;

use ExchangeMail\Bundle\DependencyInjection\Configuration;
use ExchangeMail\Bundle\Settings\ConnectionSettings;
use ExchangeMail\Bundle\Settings\Credentials;
use ExchangeMail\Bundle\Settings\DomainList;
use ExchangeMail\Bundle\Settings\ExchangeSettings;
use ExchangeMail\Bundle\Settings\LoginScheme;
use ExchangeMail\Bundle\Settings\ServerVersion;
use ExchangeMail\Bundle\Validator\Constraints\CertificateFile;
use ExchangeMail\Bundle\Validator\Constraints\DomainNames;
use ExchangeMail\Bundle\Validator\Constraints\EndpointUrl;
use ExchangeMail\Bundle\Validator\Constraints\ProxyUrl;
use ExchangeMail\Bundle\Validator\Constraints\ServerAddress;
use Symfony\Component\Validator\Constraints\Email;
use Symfony\Component\Validator\Constraints\NotBlank;
use Symfony\Component\Validator\Validator\ValidatorInterface;

/**
 * Checks a connection with what stands in the form, saved or not.
 */
final class ConnectionCheckRequest
{
    public function __construct(
        private readonly ConnectionChecker $checker,
        private readonly ValidatorInterface $validator
    ) {
    }

    /**
     * @param array<string, mixed> $form  fields of the configuration form by setting name, and "mailbox"
     * @param ExchangeSettings     $saved gives the secret where its field is empty and it goes where the saved one goes
     */
    public function handle(array $form, ExchangeSettings $saved): ConnectionReport
    {
        $read = static fn (string $name): string => \is_scalar($form[$name] ?? null) ? trim((string)$form[$name]) : '';
        $mailbox = $read('mailbox');

        $fault = $this->findFault([
            [$mailbox, [new NotBlank(message: 'exchange_mail.mailbox.needed'), new Email()]],
            [$read(Configuration::SERVER), [new ServerAddress()]],
            [$read(Configuration::OAUTH_TOKEN_URL), [new EndpointUrl()]],
            [$read(Configuration::DOMAINS), [new DomainNames()]],
            [$read(Configuration::CA_FILE), [new CertificateFile()]],
            [$read(Configuration::PROXY), [new ProxyUrl()]],
        ]);
        if (null !== $fault) {
            return new ConnectionReport(false, $fault);
        }

        $settings = new ExchangeSettings(
            true,
            $read(Configuration::SERVER),
            ServerVersion::tryFrom($read(Configuration::VERSION)) ?? ServerVersion::Auto,
            new Credentials(
                LoginScheme::tryFrom($read(Configuration::AUTH)) ?? LoginScheme::Auto,
                $read(Configuration::LOGIN),
                self::secret($form, Configuration::PASSWORD),
                $read(Configuration::OAUTH_TOKEN_URL),
                $read(Configuration::OAUTH_CLIENT_ID),
                self::secret($form, Configuration::OAUTH_CLIENT_SECRET),
                $read(Configuration::OAUTH_SCOPE)
            ),
            DomainList::fromText($read(Configuration::DOMAINS)),
            connection: new ConnectionSettings(
                caFile: $read(Configuration::CA_FILE) ?: null,
                proxy: $read(Configuration::PROXY) ?: null,
                legacyTls: '1' === $read(Configuration::LEGACY_TLS)
            )
        );
        $needed = SavedSecret::findWithheld($settings, $saved);

        return null === $needed
            ? $this->checker->check(SavedSecret::fillIn($settings, $saved), $mailbox)
            : $this->checker->failure('exchange_mail.check_connection.' . $needed . '_needed');
    }

    /**
     * @param array<string, mixed> $form
     */
    private static function secret(array $form, string $name): string
    {
        return \is_string($form[$name] ?? null) ? $form[$name] : '';
    }

    /**
     * @param list<array{0: string, 1: list<\Symfony\Component\Validator\Constraint>}> $fields
     */
    private function findFault(array $fields): ?string
    {
        foreach ($fields as [$value, $constraints]) {
            foreach ($this->validator->validate($value, $constraints) as $violation) {
                return (string)$violation->getMessage();
            }
        }

        return null;
    }
}
