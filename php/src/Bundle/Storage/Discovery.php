<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Storage;

/**
 * How a message was found: as its mailbox is read, or by a search for earlier mail, which nobody waits for an answer to.
 */
enum Discovery
{
    case Reading;
    case Search;
}
