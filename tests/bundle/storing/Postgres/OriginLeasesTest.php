<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing\Postgres;

use ExchangeMail\Tests\Bundle\Storing\Host\LeaseRules;

final class OriginLeasesTest extends PostgresTestCase
{
    use LeaseRules;

    protected function setUp(): void
    {
        parent::setUp();
        $this->createLeases();
    }
}
