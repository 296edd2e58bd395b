<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Configuration;

/**
 * The configuration or an address file must be corrected; the message names file and setting, and never a secret's value.
 */
final class ConfigurationProblem extends \RuntimeException
{
}
