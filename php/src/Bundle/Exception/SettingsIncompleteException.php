<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Exception;

/**
 * A setting that the engine needs is empty; the message names it.
 */
final class SettingsIncompleteException extends \RuntimeException
{
}
