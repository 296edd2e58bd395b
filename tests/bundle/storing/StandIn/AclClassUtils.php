<?php

declare(strict_types=1);

namespace Symfony\Component\Security\Acl\Util;

/**
 * symfony/security-acl is not in Debian. Of all of it Oro's owner accessor needs the class behind an entity proxy.
 */
final class ClassUtils
{
    public static function getRealClass(object|string $object): string
    {
        return \Doctrine\Common\Util\ClassUtils::getRealClass(\is_object($object) ? $object::class : $object);
    }
}
