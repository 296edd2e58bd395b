<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing;

use Doctrine\ORM\Events;
use Doctrine\Persistence\Event\LifecycleEventArgs;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Entity\FailedItem;
use ExchangeMail\Bundle\Exception\StoringFailedException;
use ExchangeMail\Bundle\Storage\RetryResult;
use ExchangeMail\Bundle\Sync\RunLimits;
use ExchangeMail\Tests\Bundle\Storing\Host\Mail;
use ExchangeSync\Batch;
use ExchangeSync\ConnectionException;
use ExchangeSync\Message;
use ExchangeSync\Skipped;
use Oro\Bundle\EmailBundle\Entity\Email;

final class FailedItemTest extends OroTestCase
{
    /** @var list<string> subjects that a listener of somebody else's refuses; * is each */
    private array $refused = [];

    protected function setUp(): void
    {
        parent::setUp();
        $listener = new class (fn (Email $email): bool => $this->isRefused($email)) {
            public function __construct(private readonly \Closure $isRefused)
            {
            }

            public function prePersist(LifecycleEventArgs $args): void
            {
                $email = $args->getObject();
                if ($email instanceof Email && ($this->isRefused)($email)) {
                    throw new \UnexpectedValueException('Can not index "Our secret merger" of the mail.');
                }
            }
        };
        $this->oro->em->getEventManager()->addEventListener(Events::prePersist, $listener);
    }

    public function testAnErrorOfOneMessageIsListedWithItsReasonAndNothingOfTheMail(): void
    {
        $origin = $this->mailbox($this->janeId);
        $this->refused = ['bad'];
        $result = $this->store($origin, $this->batch(['good', 'bad', 'fine']));

        self::assertSame(2, $result->collected);
        self::assertSame(['bad'], array_keys($result->skipped));
        self::assertSame('after', $this->checkpoint());
        self::assertSame([2, 1], $this->counters($origin));
        $item = $this->items()[0];
        self::assertSame(['bad', 1, $origin], [$item->getItemId(), $item->getAttempts(), $item->getOrigin()->getId()]);
        self::assertSame(\UnexpectedValueException::class, $item->getErrorClass());
        self::assertStringStartsWith('Can not index', $item->getReason());
        self::assertGreaterThan(new \DateTime('now', new \DateTimeZone('UTC')), $item->getNextTryAt());
        $logged = $this->services->logger->contextsOf('Exchange: a message was not stored. It is tried again.');
        self::assertSame([['jane@example.com', 'bad', $item->getReason()]], array_map(
            static fn (array $context): array => [$context['mailbox'], $context['item'], $context['reason']],
            $logged
        ));
        self::assertContains('error', array_column($this->services->logger->records, 0));
        self::assertStringNotContainsString('secret', $this->services->logger->text() . $item->getReason());
        self::assertStringNotContainsString('merger', $this->services->logger->text() . $item->getReason());
    }

    public function testAFailedItemIsCollectedWithALaterRunAndTheCountersGoBack(): void
    {
        $origin = $this->mailbox($this->janeId, false);
        $this->refused = ['bad'];
        $this->engine->batches['jane@example.com'] = [$this->batch(['good', 'bad']), new Batch('jane@example.com', done: true)];
        $this->services->synchronizer->read([$origin], new RunLimits());
        self::assertSame([1, 1], $this->counters($origin));

        $this->engine->batches['jane@example.com'] = [new Batch('jane@example.com', done: true)];
        $this->engine->messages['bad'] = $this->message('bad');
        $this->services->synchronizer->read([$origin], new RunLimits());
        self::assertCount(1, $this->items(), 'its time has not come');

        $this->makeDue();
        $this->services->synchronizer->read([$origin], new RunLimits());
        self::assertSame(2, $this->items()[0]->getAttempts());

        $this->makeDue();
        $this->refused = [];
        $report = $this->services->synchronizer->read([$origin], new RunLimits());
        self::assertSame(1, $report->collected);
        self::assertSame([], $this->items());
        self::assertSame([2, 0], $this->counters($origin));
        self::assertSame(['bad', 'good'], array_column($this->rows('SELECT subject FROM oro_email ORDER BY subject'), 'subject'));
        self::assertSame(2, $this->rowCount('exchange_mail_email'));
    }

    public function testAnItemIsTriedForDaysAndStaysOnTheListForWhoeverAsks(): void
    {
        $origin = $this->mailbox($this->janeId);
        $this->refused = ['bad'];
        $this->store($origin, $this->batch(['good', 'bad']));
        $this->engine->messages['bad'] = $this->message('bad');
        for ($attempt = 0; $attempt < 20; ++$attempt) {
            $this->makeDue();
            $this->services->retry->retryDue([$origin]);
        }
        $item = $this->items()[0];
        self::assertSame(21, $item->getAttempts());
        self::assertNotNull($item->getNextTryAt(), 'attempts are counted in days, not in runs');

        $this->sql("UPDATE exchange_mail_failed_item SET first_try_at = '2020-01-01 00:00:00'");
        $this->makeDue();
        $this->services->retry->retryDue([$origin]);
        self::assertNull($this->items()[0]->getNextTryAt());

        self::assertSame(RetryResult::Failed, $this->services->retry->retry($item->getId()));
        $this->refused = [];
        self::assertSame(RetryResult::Collected, $this->services->retry->retry($item->getId()));
        self::assertSame(RetryResult::Gone, $this->services->retry->retry($item->getId()));
        self::assertSame([2, 0], $this->counters($origin));
    }

    public function testAnItemThatIsGoneFromExchangeLeavesTheList(): void
    {
        $origin = $this->mailbox($this->janeId);
        $this->store($origin, new Batch('jane@example.com', Mail::inbox(), skipped: [
            new Skipped('a', 'larger than the limit'), new Skipped('b', 'larger than the limit'),
        ]));
        self::assertSame([0, 2], $this->counters($origin));
        self::assertSame('larger than the limit', $this->items()[0]->getReason());
        self::assertSame(RetryResult::Gone, $this->services->retry->retry($this->items()[0]->getId()));
        $this->store($origin, new Batch('jane@example.com', Mail::inbox(), removed: ['b']));
        self::assertSame([0, 0], $this->counters($origin));
        self::assertSame([], $this->items());
    }

    public function testAServerThatCanNotBeAskedIsNoTryOfTheItem(): void
    {
        $origin = $this->mailbox($this->janeId);
        $this->store($origin, new Batch('jane@example.com', Mail::inbox(), skipped: [new Skipped('a', 'cut off')]));
        $this->engine->messages['a'] = new ConnectionException('no route to host');
        $this->makeDue();
        self::assertSame(0, $this->services->retry->retryDue([$origin]));
        self::assertSame(1, $this->items()[0]->getAttempts());
        self::assertSame([], $this->oro->em->getRepository(FailedItem::class)->getDue([$origin], 10));
    }

    public function testWhatWasTriedBeforeTheServerWentAwayKeepsItsTime(): void
    {
        $origin = $this->mailbox($this->janeId);
        $this->refused = ['bad'];
        $this->store($origin, $this->batch(['good', 'bad']));
        $this->store($origin, new Batch('jane@example.com', Mail::inbox(), skipped: [new Skipped('b', 'cut off')]));
        $this->engine->messages = ['bad' => $this->message('bad'), 'b' => new ConnectionException('no route to host')];
        $this->sql("UPDATE exchange_mail_failed_item SET first_try_at = '2020-01-01 00:00:00'");
        $this->makeDue();
        $this->services->retry->retryDue([$origin]);

        $next = [];
        foreach ($this->items() as $item) {
            $next[$item->getItemId()] = $item->getNextTryAt();
        }
        self::assertNull($next['bad'], 'it is given up');
        self::assertGreaterThan(new \DateTime('now', new \DateTimeZone('UTC')), $next['b']);
    }

    public function testAnErrorThatMessagesShareStopsTheMailboxWhereItIs(): void
    {
        $origin = $this->mailbox($this->janeId);
        $this->refused = ['bad', 'worse'];
        $failure = null;
        try {
            $this->store($origin, $this->batch(['good', 'bad', 'fine', 'worse', 'last']));
        } catch (StoringFailedException $failure) {
        }

        self::assertNotNull($failure);
        self::assertStringContainsString('jane@example.com', $failure->getMessage());
        self::assertStringContainsString('Can not index', $failure->getMessage());
        self::assertStringNotContainsString('merger', $failure->getMessage());
        self::assertNotSame('after', $this->checkpoint());
        self::assertCount(2, $this->items(), 'they are seen on the status page');

        $this->refused = [];
        $this->store($origin, $this->batch(['good', 'bad', 'fine', 'worse', 'last']));
        self::assertSame([5, 0], $this->counters($origin));
        self::assertSame('after', $this->checkpoint());
    }

    public function testAnErrorThatEachMessageHasStopsTheMailboxHoweverSmallItsBatchesAre(): void
    {
        $origin = $this->mailbox($this->janeId);
        $this->refused = ['*'];
        $this->store($origin, $this->batch(['one']));
        $stopped = 0;
        foreach (['two', 'three'] as $name) {
            try {
                $this->store($origin, $this->batch([$name], $name));
            } catch (StoringFailedException) {
                ++$stopped;
            }
        }
        self::assertSame(2, $stopped);
        self::assertSame('after', $this->checkpoint());
    }

    public function testMessagesWithBadDataDoNotStopTheirMailboxUnlessAllAreBad(): void
    {
        $origin = $this->mailbox($this->janeId);
        $far = static fn (string $id): Message => Mail::message([
            'itemId' => $id, 'sent' => (new \DateTimeImmutable())->setDate(300000, 1, 1),
        ]);
        $good = Mail::message(['itemId' => 'good']);
        $result = $this->store($origin, new Batch('jane@example.com', Mail::inbox(), [$far('a'), $good, $far('b')]));
        self::assertSame([1, 2], [$result->collected, \count($result->skipped)]);

        $this->expectException(StoringFailedException::class);
        $this->store($origin, new Batch('jane@example.com', Mail::inbox(), [$far('c'), $far('d'), $far('e')]));
    }

    public function testMessagesThatWereInTheWayForADayAreLetPass(): void
    {
        $origin = $this->mailbox($this->janeId);
        $this->refused = ['bad', 'worse'];
        $batch = $this->batch(['bad', 'worse', 'good']);
        try {
            $this->store($origin, $batch);
            self::fail('It had to stop.');
        } catch (StoringFailedException) {
        }
        $this->sql("UPDATE exchange_mail_failed_item SET first_try_at = '2020-01-01 00:00:00'");
        self::assertSame(1, $this->store($origin, $batch)->collected);
        self::assertSame('after', $this->checkpoint());
        self::assertSame([1, 2], $this->counters($origin));
    }

    public function testAStoppedMailboxSaysSoAndTheOthersAreRead(): void
    {
        $jane = $this->mailbox($this->janeId, false);
        $john = $this->mailbox($this->johnId, false);
        $this->refused = ['bad', 'worse'];
        $this->engine->batches['jane@example.com'] = [
            $this->batch(['bad', 'worse']),
            new Batch('jane@example.com', Mail::archive(), [$this->message('never')], checkpoint: 'never'),
            new Batch('jane@example.com', done: true),
        ];
        $this->engine->batches['john@example.com'] = [
            new Batch('john@example.com', Mail::inbox(), [$this->message('good')]),
            new Batch('john@example.com', done: true),
        ];
        $report = $this->services->synchronizer->read([$jane, $john], new RunLimits());

        self::assertSame(['jane@example.com'], array_keys($report->stopped));
        self::assertSame(['good'], array_column($this->rows('SELECT subject FROM oro_email'), 'subject'));
        $this->oro->em->clear();
        $state = $this->oro->em->find(ExchangeEmailOrigin::class, $jane);
        self::assertStringContainsString('Can not index', (string)$state->getLastError());
        self::assertSame(StoringFailedException::class, $state->getLastErrorException());
        self::assertNull($this->oro->em->find(ExchangeEmailOrigin::class, $john)->getLastError());
    }

    private function isRefused(Email $email): bool
    {
        return ['*'] === $this->refused || \in_array($email->getSubject(), $this->refused, true);
    }

    private function message(string $name): Message
    {
        return Mail::message([
            'itemId' => $name, 'messageId' => "<$name@x>", 'subject' => $name, 'text' => 'This is our secret merger.',
        ]);
    }

    /**
     * @param list<string> $names
     */
    private function batch(array $names, string $checkpoint = 'after'): Batch
    {
        return new Batch('jane@example.com', Mail::inbox(), array_map($this->message(...), $names), checkpoint: $checkpoint);
    }

    /**
     * @return list<FailedItem>
     */
    private function items(): array
    {
        $this->oro->em->clear();

        return $this->oro->em->getRepository(FailedItem::class)->findBy([], ['id' => 'ASC']);
    }

    /**
     * @return list<int>
     */
    private function counters(int $originId): array
    {
        $this->oro->em->clear();
        $origin = $this->oro->em->find(ExchangeEmailOrigin::class, $originId);

        return [$origin->getCollected(), $origin->getSkipped()];
    }

    private function checkpoint(): ?string
    {
        return $this->rows('SELECT checkpoint FROM exchange_mail_folder')[0]['checkpoint'] ?? null;
    }

    private function makeDue(): void
    {
        $this->sql("UPDATE exchange_mail_failed_item SET next_try_at = '2020-01-01 00:00:00'");
    }

    private function sql(string $sql): void
    {
        $this->oro->em->getConnection()->executeStatement($sql);
    }
}
