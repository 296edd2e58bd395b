<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing\Host;

use Doctrine\Persistence\AbstractManagerRegistry;

/**
 * One connection, one entity manager, as in Oro. Resetting renews the inside of the same object, as DoctrineBundle does with its
 * lazy entity manager, because Oro's services keep it.
 */
final class Registry extends AbstractManagerRegistry
{
    public int $resets = 0;

    /** @var array<class-string, ?\Doctrine\Persistence\ObjectManager> as Oro's registry keeps them */
    private array $managers = [];

    public function __construct(private readonly ResettableEntityManager $em)
    {
        parent::__construct('test', ['default' => 'c'], ['default' => 'm'], 'default', 'default', \Doctrine\Persistence\Proxy::class);
    }

    public function getManagerForClass($class)
    {
        if (!\array_key_exists($class, $this->managers)) {
            $this->managers[$class] = parent::getManagerForClass($class);
        }

        return $this->managers[$class];
    }

    public function getRepository($persistentObject, $persistentManagerName = null)
    {
        // Oro 5.1's short names, see ResettableEntityManager
        return $this->em->getRepository($persistentObject);
    }

    protected function getService($name): object
    {
        return 'm' === $name ? $this->em : $this->em->getConnection();
    }

    protected function resetService($name): void
    {
        ++$this->resets;
        $this->em->renew();
    }
}
