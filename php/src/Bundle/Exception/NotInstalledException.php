<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Exception;

use Doctrine\DBAL\Exception\InvalidFieldNameException;
use Doctrine\DBAL\Exception\TableNotFoundException;

/**
 * The database lacks tables or columns of this release of the bundle; the message says what to run.
 */
final class NotInstalledException extends \RuntimeException
{
    private const MESSAGE = 'The database does not know this release of the Exchange integration yet.'
        . ' Run "php bin/console oro:platform:update --force" in Oro\'s folder.';

    /**
     * @template T
     *
     * @param callable(): T $query
     *
     * @return T
     *
     * @throws self what the query asks for does not exist
     */
    public static function guard(callable $query): mixed
    {
        try {
            return $query();
        } catch (TableNotFoundException | InvalidFieldNameException $exception) {
            throw new self(self::MESSAGE, 0, $exception);
        }
    }
}
