<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Status;

/**
 * How many mailboxes there are, and how they are doing.
 */
final readonly class StatusTotals
{
    /**
     * @param int $mailboxes all of them
     * @param int $failed    switched on, and the last run failed
     * @param int $off       switched off: user disabled, domain not listed, opted out
     * @param int $collected messages stored
     * @param int $skipped   messages that could not be stored
     */
    public function __construct(
        public int $mailboxes,
        public int $failed,
        public int $off,
        public int $collected,
        public int $skipped
    ) {
    }
}
