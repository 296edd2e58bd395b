<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Origins;

use Doctrine\ORM\Query;
use Doctrine\ORM\QueryBuilder;
use ExchangeMail\Bundle\Datagrid\MailboxGridQuery;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Manager\OriginRetry;
use ExchangeMail\Bundle\Status\MailboxStatus;
use ExchangeMail\Bundle\Status\StatusProvider;
use ExchangeMail\Bundle\Status\StatusQuery;
use ExchangeMail\Bundle\Status\StatusTotals;
use ExchangeMail\Bundle\Status\VisibleMailboxes;
use ExchangeMail\Tests\Bundle\Storing\Host\Blank;
use ExchangeMail\Tests\Bundle\Storing\OroTestCase;
use Oro\Bundle\ImapBundle\Entity\UserEmailOrigin;
use Oro\Bundle\SecurityBundle\Authentication\TokenAccessorInterface;
use Oro\Bundle\SecurityBundle\ORM\Walker\AclHelper;
use Oro\Bundle\UserBundle\Entity\User;

/**
 * What an administrator is told of the mailboxes.
 */
final class StatusProviderTest extends OroTestCase
{
    public function testAFailedMailboxIsListedWithItsErrorRemedyAndNextRun(): void
    {
        $this->mailbox($this->janeId, false);
        $origin = $this->oro->em->find(ExchangeEmailOrigin::class, $this->mailbox($this->johnId, false));
        $origin->addToCounters(12, 1);
        $origin->recordFailure(
            'ExchangeSync\ImpersonationException',
            'ErrorImpersonateUserDenied',
            'The account may not open john@example.com.',
            'Give it the role ApplicationImpersonation.',
            new \DateTimeImmutable('2026-03-01 12:15:00 +02:00')
        );
        $this->oro->em->flush();

        [$jane, $john] = $this->statuses(false);

        self::assertFalse($jane->hasFailed());
        self::assertNull($jane->lastRunAt);
        self::assertTrue($john->hasFailed());
        self::assertSame(['john@example.com', 'john', 12, 1], [$john->mailbox, $john->reader, $john->collected, $john->skipped]);
        self::assertSame(
            "The account may not open john@example.com.\nGive it the role ApplicationImpersonation.",
            $john->describeError()
        );
        self::assertSame('10:15', $john->nextRunAt->format('H:i'));
        self::assertSame(['john@example.com'], array_column($this->statuses(true), 'mailbox'));
    }

    public function testAChangedSettingTakesTheWaitingTimeBack(): void
    {
        $origin = $this->oro->em->find(ExchangeEmailOrigin::class, $this->mailbox($this->janeId, false));
        $origin->setNextRunAt(new \DateTimeImmutable('+1 hour'));
        $this->oro->em->flush();

        (new OriginRetry($this->oro->doctrine))->retryAll();

        self::assertNull($this->statuses(false)[0]->nextRunAt);
    }

    public function testThePageShowsTheMailboxesOfTheOrganizationAloneAndWhoseMailComesByImapToo(): void
    {
        $jane = $this->mailbox($this->janeId, false);
        $john = $this->mailbox($this->johnId, false);
        $imap = (new UserEmailOrigin())->setImapHost('imap.example.com')->setActive(true)->setMailboxName('John');
        $imap->setOwner($this->oro->em->find(User::class, $this->johnId));
        $this->oro->em->persist($imap);
        $this->oro->em->flush();

        $rows = $this->grid($this->organizationId)->orderBy('reader')->getQuery()->getArrayResult();

        self::assertSame([$jane, $john], array_column($rows, 'id'));
        self::assertSame(['jane', 'john'], array_column($rows, 'reader'));
        self::assertSame([false, true], array_map('boolval', array_column($rows, 'isReadByImap')));
        self::assertSame([], $this->grid($this->organizationId + 1)->getQuery()->getArrayResult());
    }

    public function testTotalsCountWhatFailsAndWhatIsOff(): void
    {
        $origin = $this->oro->em->find(ExchangeEmailOrigin::class, $this->mailbox($this->janeId, false));
        $origin->recordFailure('X', null, 'No such mailbox.', 'Check the address.');
        $origin->addToCounters(7, 2);
        $this->oro->em->find(ExchangeEmailOrigin::class, $this->mailbox($this->johnId, false))->setIsSyncEnabled(false);
        $this->oro->em->flush();
        $acl = Blank::of(AclHelper::class, ['apply' => static fn (QueryBuilder $query): Query => $query->getQuery()]);

        $visible = new VisibleMailboxes($this->gridQuery($this->organizationId), $acl);

        self::assertEquals(new StatusTotals(2, 1, 1, 7, 2), $visible->getTotals());
        self::assertSame(['jane@example.com'], array_column($visible->getFailed(5), 'mailbox'));
        self::assertTrue($visible->isVisible((int)$origin->getId()));
        self::assertFalse($visible->isVisible((int)$origin->getId() + 1000));
    }

    public function testTheAccountIsRefusedWhereAMailboxThatIsReadSaysSo(): void
    {
        $john = $this->oro->em->find(ExchangeEmailOrigin::class, $this->mailbox($this->johnId, false));
        $john->recordFailure('ExchangeSync\ImpersonationException', null, 'Not allowed.', 'Allow it.');
        $jane = $this->oro->em->find(ExchangeEmailOrigin::class, $this->mailbox($this->janeId, false));
        $jane->recordFailure('ExchangeSync\AuthenticationException', null, 'Refused.', 'Check the password.');
        $this->oro->em->flush();
        $refused = [];
        foreach (['NULL', 'true', 'false'] as $isOn) {
            $this->oro->em->getConnection()->executeStatement('UPDATE oro_email_origin SET is_sync_enabled = ' . $isOn);
            $refused[] = (new StatusProvider(new StatusQuery($this->oro->doctrine)))->isAccountRefused();
        }

        self::assertSame([true, true, false], $refused);
    }

    private function grid(int $organizationId): QueryBuilder
    {
        return $this->gridQuery($organizationId)->create();
    }

    private function gridQuery(int $organizationId): MailboxGridQuery
    {
        $accessor = Blank::of(TokenAccessorInterface::class, ['getOrganizationId' => $organizationId]);

        return new MailboxGridQuery(new StatusQuery($this->oro->doctrine), $accessor);
    }

    /**
     * @return list<MailboxStatus>
     */
    private function statuses(bool $failedOnly): array
    {
        $this->oro->em->clear();

        return iterator_to_array((new StatusProvider(new StatusQuery($this->oro->doctrine)))->getStatuses($failedOnly), false);
    }
}
