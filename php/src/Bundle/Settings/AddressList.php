<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Settings;

/**
 * E-mail addresses as an administrator types them.
 */
final class AddressList
{
    /**
     * @param string|null $text addresses separated by line breaks, commas, semicolons or spaces
     *
     * @return list<string> lower case, each once
     */
    public static function fromText(?string $text): array
    {
        $addresses = preg_split('/[\s,;]+/u', mb_strtolower((string)$text), -1, \PREG_SPLIT_NO_EMPTY) ?: [];

        return array_values(array_unique($addresses));
    }
}
