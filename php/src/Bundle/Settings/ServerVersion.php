<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Settings;

/**
 * The versions of Exchange an administrator chooses from, and the RequestServerVersion each of them understands.
 */
enum ServerVersion: string
{
    case Auto = 'auto';
    case Exchange2007 = 'Exchange2007';
    case Exchange2007SP1 = 'Exchange2007_SP1';
    case Exchange2010 = 'Exchange2010';
    case Exchange2010SP1 = 'Exchange2010_SP1';
    case Exchange2010SP2 = 'Exchange2010_SP2';
    case Exchange2013 = 'Exchange2013';
    case Exchange2013SP1 = 'Exchange2013_SP1';
    case Exchange2016 = 'Exchange2016';
    case Exchange2019 = 'Exchange2019';

    /**
     * EWS has no name of its own for Exchange 2019 and the Subscription Edition: they speak the schema of 2016.
     */
    public function toRequestServerVersion(): string
    {
        return self::Exchange2019 === $this ? self::Exchange2016->value : $this->value;
    }

    public function getLabel(): string
    {
        return 'exchange_mail.server_version.' . $this->value;
    }
}
