<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Connection;

use ExchangeMail\Bundle\DependencyInjection\Configuration;
use ExchangeMail\Bundle\Settings\DomainList;
use ExchangeMail\Bundle\Settings\ExchangeSettings;
use ExchangeMail\Bundle\Settings\ServerVersion;
use ExchangeMail\Bundle\Validator\Constraints\CertificateFile;
use ExchangeMail\Bundle\Validator\Constraints\DomainNames;
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
     * @param ExchangeSettings     $saved gives the password where the field is empty and the server is the saved one
     */
    public function handle(array $form, ExchangeSettings $saved): ConnectionReport
    {
        $read = static fn (string $name): string => \is_scalar($form[$name] ?? null) ? trim((string)$form[$name]) : '';
        $mailbox = $read('mailbox');
        $server = $read(Configuration::SERVER);

        $fault = $this->findFault([
            [$mailbox, [new NotBlank(message: 'exchange_mail.mailbox.needed'), new Email()]],
            [$server, [new ServerAddress()]],
            [$read(Configuration::DOMAINS), [new DomainNames()]],
            [$read(Configuration::CA_FILE), [new CertificateFile()]],
        ]);
        if (null !== $fault) {
            return new ConnectionReport(false, $fault);
        }

        $password = \is_string($form[Configuration::PASSWORD] ?? null) ? $form[Configuration::PASSWORD] : '';
        if ('' === $password && '' !== $saved->server && 0 !== strcasecmp($server, $saved->server)) {
            return $this->checker->failure('exchange_mail.check_connection.password_needed');
        }

        $settings = new ExchangeSettings(
            true,
            $server,
            ServerVersion::tryFrom($read(Configuration::VERSION)) ?? ServerVersion::Auto,
            $read(Configuration::LOGIN),
            '' === $password ? $saved->revealPassword() : $password,
            DomainList::fromText($read(Configuration::DOMAINS)),
            caFile: $read(Configuration::CA_FILE) ?: null
        );

        return $this->checker->check($settings, $mailbox);
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
