<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Compat;

use Oro\Bundle\ConfigBundle\Validator\OutboundConnectionValidatorInterface;

/**
 * Oro's rules for what this host may connect to. Oro 5.1 and 6.1 have none: there everything is allowed.
 */
final class OutboundConnections
{
    private const HTTPS_PORT = 443;

    public function __construct(private readonly ?OutboundConnectionValidatorInterface $validator = null)
    {
    }

    /**
     * @param string $address host name with or without port, or URL; empty: nothing to connect to
     */
    public function isAllowed(string $address): bool
    {
        if (null === $this->validator || '' === $address) {
            return true;
        }
        $parts = parse_url(str_contains($address, '://') ? $address : 'https://' . $address);

        return \is_array($parts)
            && $this->validator->isConnectionAllowed((string)($parts['host'] ?? ''), $parts['port'] ?? self::HTTPS_PORT);
    }
}
