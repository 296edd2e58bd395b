<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Storage;

/**
 * What became of an item that was tried again.
 */
enum RetryResult
{
    case Collected;

    /** No longer in its folder in Exchange, or not on the list. */
    case Gone;

    case Failed;
}
