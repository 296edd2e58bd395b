<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing\Postgres;

use Doctrine\ORM\Mapping as ORM;

/**
 * Something with a unique name, to conflict about.
 */
#[ORM\Entity]
#[ORM\Table(name: 'note')]
class Note
{
    #[ORM\Id, ORM\Column(type: 'integer'), ORM\GeneratedValue(strategy: 'IDENTITY')]
    public ?int $id = null;

    public function __construct(
        #[ORM\Column(type: 'string', unique: true)]
        public string $name
    ) {
    }
}
