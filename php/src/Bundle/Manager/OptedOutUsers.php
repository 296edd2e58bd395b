<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Manager;

/**
 * Whether mailboxes of users count who said in My Configuration that they do not want their mail collected.
 */
enum OptedOutUsers
{
    case Included;
    case Excluded;
}
