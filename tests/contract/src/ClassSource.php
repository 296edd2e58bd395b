<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Contract;

/**
 * Where declarations of Oro's classes come from: a source tree, or the facts kept from one.
 */
interface ClassSource
{
    /**
     * @return array<string, mixed>|null as ClassReader::read() gives it
     */
    public function getClass(string $class): ?array;
}
