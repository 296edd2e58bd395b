<?php

/**
 * What an alert needs where Oro is not installed: an id that no other alert has.
 */

declare(strict_types=1);

namespace Oro\Bundle\SecurityBundle\Tools;

final class UUIDGenerator
{
    public static function v4(): string
    {
        return vsprintf('%s%s-%s-%s-%s-%s%s%s', str_split(bin2hex(random_bytes(16)), 4));
    }
}
