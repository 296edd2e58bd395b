<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Storage;

/**
 * Which transaction of a batch it is. The last one has the checkpoint, so that what comes before it may be read again.
 */
enum BatchPart
{
    /** Before any message: the folder is read from its beginning. */
    case First;
    case Earlier;
    case Last;
}
