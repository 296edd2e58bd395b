<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing\Host;

/**
 * A database server of the test run's own.
 */
interface DatabaseServer
{
    /**
     * A new database, empty or a copy.
     *
     * @param string|null $template name of the database to copy, to which nobody is connected
     *
     * @return array<string, mixed> connection parameters of Doctrine
     */
    public function createDatabase(?string $template = null): array;
}
