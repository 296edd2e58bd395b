<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Origins;

use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Manager\OriginRetry;
use ExchangeMail\Bundle\Status\MailboxStatus;
use ExchangeMail\Bundle\Status\StatusProvider;
use ExchangeMail\Tests\Bundle\Storing\OroTestCase;
use Symfony\Component\Yaml\Yaml;

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

    public function testTheQueryOfTheGridRuns(): void
    {
        $this->mailbox($this->janeId, false);
        $file = \dirname(__DIR__, 3) . '/php/src/Bundle/Resources/config/oro/datagrids.yml';
        $grid = Yaml::parseFile($file)['datagrids']['exchange-mail-status-grid']['source']['query'];
        $query = $this->oro->em->createQueryBuilder()->select($grid['select']);
        $query->from($grid['from'][0]['table'], $grid['from'][0]['alias']);
        foreach ($grid['join']['left'] as $join) {
            $query->leftJoin($join['join'], $join['alias'], $join['conditionType'] ?? null, $join['condition'] ?? null);
        }

        $rows = $query->orderBy('reader')->getQuery()->getResult();

        self::assertSame(['jane@example.com', 'jane'], [$rows[0]['mailboxAddress'], $rows[0]['reader']]);
    }

    /**
     * @return list<MailboxStatus>
     */
    private function statuses(bool $failedOnly): array
    {
        $this->oro->em->clear();

        return iterator_to_array((new StatusProvider($this->oro->doctrine))->getStatuses($failedOnly), false);
    }
}
