<?php

declare(strict_types=1);

namespace ExchangeMail\Engine;

use ExchangeSync\News;
use ExchangeSync\Watch;

/**
 * News come in swarms, as when one mail goes to a whole department: what follows the first one soon is taken with it.
 */
final class NewsSwarm
{
    /**
     * @param float $waitInSeconds  for the first one
     * @param float $swarmInSeconds for those that follow it
     *
     * @return list<News> none: nothing happened in this time
     *
     * @throws \ExchangeSync\Exception
     */
    public static function collect(Watch $watch, float $waitInSeconds, float $swarmInSeconds): array
    {
        $swarm = [];
        $news = $watch->wait(max(0.0, $waitInSeconds));
        $end = microtime(true) + $swarmInSeconds;
        while ($news instanceof News) {
            $swarm[] = $news;
            $left = $end - microtime(true);
            $news = $left > 0 ? $watch->wait($left) : null;
        }

        return $swarm;
    }
}
