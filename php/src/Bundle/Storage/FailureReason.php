<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Storage;

use Doctrine\DBAL\Exception\DriverException;
use ExchangeSync\Message;
use Oro\Bundle\EmailBundle\Exception\EmailAddressParseException;

/**
 * Why a message was not stored, in words for the log and the status page: nothing of the mail is in them.
 */
final class FailureReason
{
    /** The engine could not read the item: there is no exception. */
    public const ENGINE = 'engine';

    private const LENGTH = 500;

    /** Shorter pieces of a mail are words that any error has. */
    private const TELLTALE_LENGTH = 4;

    private const VALUE = '…';

    private function __construct(public readonly string $class, public readonly string $text)
    {
    }

    /**
     * @param string $reason the engine's own words, which have nothing of the mail
     */
    public static function ofEngine(string $reason): self
    {
        return new self(self::ENGINE, Text::shortened($reason, self::LENGTH));
    }

    /**
     * @param Message|null $message the mail it happened with; null: several, so only what no mail can be part of is told
     */
    public static function of(\Throwable $e, ?Message $message = null): self
    {
        $driver = self::driverException($e);
        if (null !== $driver) {
            return new self($driver::class, self::databaseText($driver));
        }
        if (is_a($e, EmailAddressParseException::class)) {
            return new self($e::class, 'An address of the message is none that Oro can keep.');
        }
        if ($e instanceof \ExchangeSync\Exception) {
            return new self($e::class, Text::shortened($e->getMessage(), self::LENGTH));
        }
        $words = self::withoutMail($e->getMessage(), $message);
        $place = \sprintf('%s in %s:%d', $e::class, basename($e->getFile()), $e->getLine());

        return new self($e::class, '' === $words ? $place : Text::shortened($words . ' (' . $place . ')', self::LENGTH));
    }

    private static function driverException(\Throwable $e): ?DriverException
    {
        for (; null !== $e; $e = $e->getPrevious()) {
            if ($e instanceof DriverException) {
                return $e;
            }
        }

        return null;
    }

    /**
     * Doctrine's message has the parameters, the driver's own quotes values; only names of columns and the like are kept.
     */
    private static function databaseText(DriverException $e): string
    {
        $message = $e->getPrevious()?->getMessage() ?? '';
        $message = (string)preg_replace('/\s*(?:DETAIL|CONTEXT|LINE \d+|HINT):.*$/su', '', $message);
        $message = (string)preg_replace(
            '/(?<!column )(?<!relation )(?<!constraint )(?<!table )(?<!type )(?<!key )(?<!encoding )(["\'`])(?:(?!\1).)*\1/su',
            self::VALUE,
            $message
        );

        return Text::shortened(
            \sprintf('The database refused it (SQLSTATE %s): %s', $e->getSQLState() ?? '?', trim($message)),
            self::LENGTH
        );
    }

    private static function withoutMail(string $words, ?Message $message): string
    {
        $words = Text::clean($words);
        if (null === $message) {
            return '';
        }
        try {
            $mail = implode("\n", [$message->subject, (string)$message->from, (string)$message->text(), (string)$message->html()]);
        } catch (\Throwable) {
            return '';
        }
        $pieces = preg_split('/(\s+)/u', $words, -1, \PREG_SPLIT_DELIM_CAPTURE) ?: [];
        foreach ($pieces as $index => $piece) {
            $bare = trim($piece, " \t\n\"'`.,;:()<>");
            if (mb_strlen($bare) >= self::TELLTALE_LENGTH && false !== mb_stripos($mail, $bare)) {
                $pieces[$index] = self::VALUE;
            }
        }

        return trim((string)preg_replace('/…(?:\s+…)+/u', self::VALUE, implode('', $pieces)));
    }
}
