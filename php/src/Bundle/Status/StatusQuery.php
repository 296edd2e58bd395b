<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Status;

use Doctrine\ORM\EntityManagerInterface;
use Doctrine\ORM\Query\Expr\Join;
use Doctrine\ORM\QueryBuilder;
use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Entity\MailboxState;
use Oro\Bundle\ImapBundle\Entity\UserEmailOrigin;

/**
 * The query for the state of mailboxes: "o" is the mailbox, "u" its user, "m" its system mailbox, "s" when it ran. The command,
 * the page and the widget narrow it.
 */
final class StatusQuery
{
    public const IS_ON = '(o.isSyncEnabled IS NULL OR o.isSyncEnabled = true)';

    public function __construct(private readonly ManagerRegistry $doctrine)
    {
    }

    public function create(): QueryBuilder
    {
        /** @var EntityManagerInterface $em */
        $em = $this->doctrine->getManagerForClass(ExchangeEmailOrigin::class);

        return $em->createQueryBuilder()
            ->select('o.id', 'o.mailboxAddress', 's.lastRunAt', 'o.nextRunAt', 'o.collected', 'o.skipped')
            ->addSelect('o.lastError', 'o.lastErrorRemedy', 'o.lastErrorException', 'COALESCE(u.username, m.label) AS reader')
            ->addSelect('CASE WHEN ' . self::IS_ON . ' THEN true ELSE false END AS isActive')
            ->addSelect(\sprintf('CASE WHEN EXISTS(%s) THEN true ELSE false END AS isReadByImap', self::createImapQuery($em)))
            ->from(ExchangeEmailOrigin::class, 'o')
            ->leftJoin('o.owner', 'u')
            ->leftJoin('o.mailbox', 'm')
            ->leftJoin(MailboxState::class, 's', Join::WITH, 's.origin = o');
    }

    /**
     * Whether Oro reads the user's mail by IMAP too.
     */
    private static function createImapQuery(EntityManagerInterface $em): string
    {
        return $em->createQueryBuilder()
            ->select('i.id')
            ->from(UserEmailOrigin::class, 'i')
            ->where('i.owner = o.owner AND i.imapHost IS NOT NULL AND i.isActive = true')
            ->andWhere('i.isSyncEnabled IS NULL OR i.isSyncEnabled = true')
            ->getDQL();
    }
}
