<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Mailboxes;

use ExchangeMail\Engine\Domains;
use ExchangeMail\Standalone\Configuration\Configuration;
use ExchangeMail\Standalone\Configuration\ConfigurationProblem;

/**
 * Whose mailboxes are read: those that the configuration lists, or all users' within its domains.
 */
final class MailboxList implements \Countable
{
    /**
     * @param list<string> $addresses lower case, each once
     * @param int          $outside   users' addresses that belong to no domain of the configuration
     */
    private function __construct(public readonly array $addresses, public readonly int $outside)
    {
    }

    public static function of(Configuration $configuration): self
    {
        if ([] !== $configuration->mailboxes) {
            return new self(array_values(array_unique($configuration->mailboxes)), 0);
        }
        $domains = new Domains($configuration->domains);
        $inside = [];
        $outside = 0;
        foreach (new AddressFile($configuration->users) as [$email]) {
            $address = self::bare($email);
            if ($domains->cover($address)) {
                $inside[$address] = true;
            } else {
                $outside++;
            }
        }

        return new self(array_map('strval', array_keys($inside)), $outside);
    }

    public function count(): int
    {
        return count($this->addresses);
    }

    /**
     * @throws ConfigurationProblem where there is no mailbox to read
     */
    public function requireAny(Configuration $configuration): void
    {
        if ([] === $this->addresses) {
            throw new ConfigurationProblem(sprintf(
                'No address in %s belongs to the domains %s: correct the settings users or domains.',
                $configuration->users,
                implode(', ', $configuration->domains) ?: '(none)'
            ));
        }
    }

    private static function bare(string $email): string
    {
        return mb_strtolower(preg_match('/<([^<>]+)>\s*$/', $email, $found) ? trim($found[1]) : $email);
    }
}
