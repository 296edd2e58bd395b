<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Storage;

use Doctrine\DBAL\Exception\ConnectionException;
use Doctrine\DBAL\Exception\ConnectionLost;
use Doctrine\DBAL\Exception\DriverException;
use Doctrine\DBAL\Exception\RetryableException;
use ExchangeMail\Bundle\Exception\StorageBusyException;
use Oro\Bundle\EmailBundle\Exception\EmailAddressParseException;

/**
 * Whose fault an error is. Only what is known to be of one message lets the others pass.
 */
enum Blame
{
    /** The message has what nobody can store; the next one is stored all the same. */
    case Message;

    /** It may be this message, or it may happen with each. */
    case Unknown;

    /** It happens with every message of this mailbox. */
    case Mailbox;

    /** Nothing can be written at all, not even this error. */
    case Database;

    /** SQLSTATE: bad data and limits exceeded (PostgreSQL, SQL standard). */
    private const DATA = ['22', '54'];

    /** MySQL says 22001, 22007 ... for most; these come as HY000: incorrect string value, packet too large. */
    private const MYSQL_DATA = [1366, 1153];

    public static function of(\Throwable $e): self
    {
        for ($cause = $e; null !== $cause; $cause = $cause->getPrevious()) {
            if ($cause instanceof ConnectionException || $cause instanceof ConnectionLost) {
                return self::Database;
            }
            if ($cause instanceof RetryableException || $cause instanceof StorageBusyException) {
                return self::Mailbox;
            }
            if ($cause instanceof DriverException) {
                return self::ofDatabase($cause);
            }
            if (is_a($cause, EmailAddressParseException::class) || $cause instanceof \ExchangeSync\Exception) {
                return self::Message;
            }
        }

        return self::Unknown;
    }

    private static function ofDatabase(DriverException $e): self
    {
        $class = substr((string)$e->getSQLState(), 0, 2);

        return match (true) {
            \in_array($class, self::DATA, true), \in_array((int)$e->getCode(), self::MYSQL_DATA, true) => self::Message,
            // a violated constraint: of this row, or of a column that every row lacks
            '23' === $class => self::Unknown,
            '08' === $class, '57' === $class => self::Database,
            default => self::Mailbox,
        };
    }
}
