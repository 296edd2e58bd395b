<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Manager;

use Doctrine\ORM\EntityManagerInterface;
use Doctrine\ORM\QueryBuilder;
use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Entity\ExchangeEmailFolder;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Lease\OriginLeases;
use Oro\Bundle\EmailBundle\Entity\EmailFolder;
use Psr\Log\LoggerInterface;

/**
 * After a change of server every mailbox is read from its beginning, because ids and checkpoints are the old server's. Oro's folders
 * and mail stay: storing takes them up again, folders by type and name, mail by its Message-ID.
 */
final class ServerChange
{
    private const CHUNK = 200;
    private const NAME_LENGTH = 255;

    public function __construct(
        private readonly ManagerRegistry $doctrine,
        private readonly OriginLeases $leases,
        private readonly LoggerInterface $logger
    ) {
    }

    /**
     * @param string $setting host name, e-mail domain or URL
     */
    public function follow(string $setting): void
    {
        $server = self::name($setting);
        $originIds = ['new' => [], 'changed' => []];
        foreach ($this->findOthers($server) as $row) {
            $originIds[null === $row['server'] ? 'new' : 'changed'][] = (int)$row['id'];
        }
        foreach (array_chunk($originIds['new'], self::CHUNK) as $chunk) {
            $this->createUpdate($chunk, $server)->getQuery()->execute();
        }
        foreach (array_chunk($originIds['changed'], self::CHUNK) as $chunk) {
            $this->em()->wrapInTransaction(fn () => $this->startOver($chunk, $server));
        }
        if ([] !== $originIds['changed']) {
            $this->logger->notice(
                'Exchange: the server changed, its mailboxes are read from their beginning.',
                ['server' => $server, 'mailboxes' => \count($originIds['changed'])]
            );
        }
    }

    /**
     * The same server may be written in several ways.
     */
    private static function name(string $setting): string
    {
        $host = parse_url($setting, \PHP_URL_HOST);

        return mb_substr(mb_strtolower(\is_string($host) ? $host : $setting), 0, self::NAME_LENGTH);
    }

    /**
     * @return list<array{id: int|string, server: ?string}>
     */
    private function findOthers(string $server): array
    {
        return $this->em()->createQueryBuilder()
            ->select('o.id', 'o.server')
            ->from(ExchangeEmailOrigin::class, 'o')
            ->where('o.server IS NULL OR o.server <> :server')
            ->setParameter('server', $server)
            ->orderBy('o.id')
            ->getQuery()
            ->getArrayResult();
    }

    /**
     * @param list<int> $originIds
     */
    private function startOver(array $originIds, string $server): void
    {
        // runs of the old server store nothing more
        $this->leases->revoke($originIds);
        $this->em()->createQueryBuilder()
            ->delete(ExchangeEmailFolder::class, 'ef')
            ->where(\sprintf('ef.folder IN (SELECT f.id FROM %s f WHERE f.origin IN (:ids))', EmailFolder::class))
            ->setParameter('ids', $originIds)
            ->getQuery()
            ->execute();
        $this->createUpdate($originIds, $server)
            ->set('o.rootFolderId', 'NULL')
            ->set('o.rootCheckpoint', 'NULL')
            ->set('o.nextRunAt', 'NULL')
            // the items that it counts went with their folders
            ->set('o.skipped', '0')
            ->getQuery()
            ->execute();
    }

    /**
     * @param list<int> $originIds
     */
    private function createUpdate(array $originIds, string $server): QueryBuilder
    {
        return $this->em()->createQueryBuilder()
            ->update(ExchangeEmailOrigin::class, 'o')
            ->set('o.server', ':server')
            ->where('o.id IN (:ids)')
            ->setParameter('server', $server)
            ->setParameter('ids', $originIds);
    }

    private function em(): EntityManagerInterface
    {
        return $this->doctrine->getManagerForClass(ExchangeEmailOrigin::class);
    }
}
