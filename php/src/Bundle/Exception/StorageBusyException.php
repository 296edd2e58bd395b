<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Exception;

/**
 * Another process has been storing the same messages for too long.
 */
final class StorageBusyException extends \RuntimeException
{
}
