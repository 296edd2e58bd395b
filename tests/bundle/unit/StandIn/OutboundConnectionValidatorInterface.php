<?php

/**
 * What a check of the rules for outbound connections needs where Oro has none, which is before 7.0.
 */

declare(strict_types=1);

namespace Oro\Bundle\ConfigBundle\Validator;

if (!interface_exists(OutboundConnectionValidatorInterface::class)) {
    interface OutboundConnectionValidatorInterface
    {
        public function isConnectionAllowed(string $host, int $port): bool;
    }
}
