<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Status;

/**
 * When a mailbox is read next: with the first run of cron, which comes every minute, that is not before the mailbox's own time.
 */
final class NextRun
{
    /**
     * @param \DateTimeInterface|null $notBefore the server's or our own pause; null: none
     */
    public static function of(?\DateTimeInterface $notBefore, ?\DateTimeInterface $now = null): \DateTimeImmutable
    {
        $now ??= new \DateTimeImmutable('now', new \DateTimeZone('UTC'));
        $from = max($now, $notBefore ?? $now);
        $minute = \DateTimeImmutable::createFromInterface($from);
        $begun = $minute->setTime((int)$minute->format('H'), (int)$minute->format('i'));

        return $begun == $from && $from > $now ? $begun : $begun->modify('+1 minute');
    }
}
