<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Manager;

use Doctrine\ORM\EntityManagerInterface;
use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;

/**
 * Takes back the waiting time of mailboxes that failed: after a changed setting the next run reads them all.
 */
final class OriginRetry
{
    public function __construct(private readonly ManagerRegistry $doctrine)
    {
    }

    public function retryAll(): void
    {
        /** @var EntityManagerInterface $em */
        $em = $this->doctrine->getManagerForClass(ExchangeEmailOrigin::class);
        $em->createQueryBuilder()
            ->update(ExchangeEmailOrigin::class, 'o')
            ->set('o.nextRunAt', 'NULL')
            ->where('o.nextRunAt IS NOT NULL')
            ->getQuery()
            ->execute();
    }
}
