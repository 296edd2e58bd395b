<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing;

use ExchangeMail\Bundle\Async\SyncMailboxesProcessor;
use ExchangeMail\Bundle\Async\Topic\SearchLateAddressesTopic;
use ExchangeMail\Bundle\Async\Topic\SyncMailboxesTopic;
use ExchangeMail\Bundle\Lease\OriginLeases;
use ExchangeMail\Bundle\Sync\ConsumerMemoryLimit;
use ExchangeMail\Bundle\Sync\RunLimits;
use ExchangeMail\Bundle\Sync\StopCheck;
use ExchangeMail\Tests\Bundle\Storing\Host\Blank;
use ExchangeMail\Tests\Bundle\Storing\Host\Mail;
use ExchangeSync\Batch;
use ExchangeSync\ConnectionException;
use Oro\Bundle\MaintenanceBundle\Maintenance\MaintenanceModeState;
use Oro\Component\MessageQueue\Client\Message as ClientMessage;
use Oro\Component\MessageQueue\Client\MessagePriority;
use Oro\Component\MessageQueue\Consumption\MessageProcessorInterface;
use Oro\Component\MessageQueue\Transport\Message;
use Oro\Component\MessageQueue\Transport\SessionInterface;
use Symfony\Component\OptionsResolver\OptionsResolver;

/**
 * What goes to Oro's message queue, and what a consumer does with it.
 */
final class QueueTest extends OroTestCase
{
    private int $janes;
    private int $johns;
    private bool $isMaintenance = false;

    protected function setUp(): void
    {
        parent::setUp();
        $this->janes = $this->mailbox($this->janeId, false);
        $this->johns = $this->mailbox($this->johnId, false);
    }

    public function testEachMailboxWaitsInOneMessageAndAConsumerReadsItOnce(): void
    {
        self::assertSame(2, $this->services->synchronizer->sync(3, 0, 7, -1));
        self::assertSame(0, $this->services->synchronizer->sync(3, 0, 7, -1), 'the next cron finds them waiting');
        self::assertSame(0, $this->leased(), 'nobody reads them yet');
        $body = $this->sent()[0];
        self::assertCount(1, $this->sent());
        self::assertSame(
            [$this->organizationId, [$this->janes, $this->johns], 3],
            [$body['organizationId'], $body['originIds'], $body['concurrency']]
        );

        $this->engine->batches['john@example.com'] = [
            new Batch('john@example.com', Mail::inbox(), [Mail::message()], done: true),
        ];
        self::assertSame(MessageProcessorInterface::ACK, $this->process($body));
        self::assertSame(['jane@example.com', 'john@example.com'], array_column($this->engine->mailboxes, 'address'));
        self::assertSame(3, $this->engine->concurrency);
        self::assertSame(1, $this->rowCount('oro_email'));
        self::assertSame(0, $this->leased());
        self::assertCount(1, $this->sent(), 'nothing is left');

        self::assertSame(MessageProcessorInterface::ACK, $this->process($body), 'delivered twice');
        self::assertCount(2, $this->engine->mailboxes);
        self::assertSame(2, $this->services->synchronizer->sync(0, 0, -1, -1), 'and due again');
    }

    public function testWhatOroReadsWithinARequestIsReadAtOnceAndNothingWhileExchangeIsOff(): void
    {
        $this->engine->enabled = false;
        $this->services->synchronizer->syncOrigins([$this->janes]);
        self::assertSame([], $this->engine->mailboxes, 'the page of a user opens all the same');

        $this->engine->enabled = true;
        $this->services->synchronizer->syncOrigins([$this->janes]);
        self::assertSame(['jane@example.com'], array_column($this->engine->mailboxes, 'address'));
        self::assertSame([], $this->sent());
    }

    public function testMailLetsWhatOroSendsItselfGoFirst(): void
    {
        self::assertSame(MessagePriority::LOW, (new SyncMailboxesTopic())->getDefaultPriority('default'));
        self::assertSame(MessagePriority::VERY_LOW, (new SearchLateAddressesTopic())->getDefaultPriority('default'));
    }

    public function testAfterAPurgeOfTheQueueTheMailboxesAreSentAnewAndALateMessageDoesNoHarm(): void
    {
        $this->services->synchronizer->sync(0, 0, -1, -1);
        $this->sql("UPDATE exchange_mail_mailbox_state SET queued_until = queued_until - INTERVAL '16 minutes'");
        self::assertSame(2, $this->services->synchronizer->sync(0, 0, -1, -1));

        [$first, $second] = $this->sent();
        $this->process($first);
        self::assertCount(2, $this->engine->mailboxes, 'a message that waited long is as good as a new one');
        $this->process($second);
        self::assertCount(2, $this->engine->mailboxes);
    }

    public function testAMessageOfACrashedConsumerTakesItsMailboxesAtOnceAndNoOtherDoes(): void
    {
        $this->services->synchronizer->sync(0, 0, -1, -1);
        $body = $this->sent()[0];
        $crashed = OriginLeases::newToken();
        $this->services->leases->takeQueued($body['originIds'], $body['ticket'], $crashed);

        self::assertSame(0, $this->services->synchronizer->sync(0, 0, -1, -1), 'as far as anybody knows they are being read');
        $this->process(['ticket' => 'another'] + $body);
        self::assertSame([], $this->engine->mailboxes);
        $this->process($body);
        self::assertCount(2, $this->engine->mailboxes);
    }

    public function testWhatTakesLongerThanAMinuteGoesToTheEndOfTheQueueWithTheUnreadFirst(): void
    {
        $this->services->synchronizer->sync(1, 0, -1, -1);
        $this->engine->batches['jane@example.com'] = [
            new Batch('jane@example.com', Mail::inbox(), [Mail::message()], checkpoint: 'one'),
            new Batch('jane@example.com', Mail::inbox(), [Mail::message()], checkpoint: 'two', done: true),
        ];
        $report = $this->runUntilTheFirstBatch($this->sent()[0]);
        self::assertSame([$this->johns, $this->janes], $report);

        $rest = $this->oro->producer->messages[1][1];
        self::assertInstanceOf(ClientMessage::class, $rest);
        self::assertSame(MessagePriority::VERY_LOW, $rest->getPriority());
        self::assertSame(1, $rest->getBody()['concurrency']);
        $this->engine->mailboxes = [];
        $this->process($rest->getBody());
        self::assertSame(['john@example.com', 'jane@example.com'], array_column($this->engine->mailboxes, 'address'));
        self::assertSame(['AAMk-inbox=' => 'one'], $this->engine->mailboxes[1]->checkpoints);
        self::assertSame(['two'], array_column($this->rows('SELECT checkpoint FROM exchange_mail_folder'), 'checkpoint'));
    }

    public function testMaintenanceModeEndsTheWorkAfterTheBatchAndTheRestWaits(): void
    {
        $this->isMaintenance = true;
        $this->services->synchronizer->sync(0, 0, -1, -1);
        $this->process($this->sent()[0]);

        self::assertCount(1, $this->engine->mailboxes);
        self::assertSame([[$this->johns]], \array_slice(array_column($this->sent(), 'originIds'), 1));
    }

    public function testASignalEndsTheWorkAfterTheBatchAndTheConsumerHearsOfItToo(): void
    {
        $heard = 0;
        pcntl_signal(\SIGTERM, static function () use (&$heard): void {
            ++$heard;
        });
        $this->services->synchronizer->sync(0, 0, -1, -1);
        $this->engine->between = null;
        $this->engine->batches['jane@example.com'] = new class ('jane@example.com') implements \IteratorAggregate {
            public function __construct(private readonly string $mailbox)
            {
            }

            public function getIterator(): \Generator
            {
                posix_kill(posix_getpid(), \SIGTERM);
                yield new Batch($this->mailbox, done: true);
            }
        };
        try {
            $this->process($this->sent()[0]);
            self::assertSame(1, $heard);
            posix_kill(posix_getpid(), \SIGTERM);
            pcntl_signal_dispatch();
            self::assertSame(2, $heard, 'its handler is back');
        } finally {
            pcntl_signal(\SIGTERM, \SIG_DFL);
        }
        self::assertSame([[$this->johns]], \array_slice(array_column($this->sent(), 'originIds'), 1));
    }

    public function testAConsumerThatFailsGivesTheMailboxesBack(): void
    {
        $this->services->synchronizer->sync(0, 0, -1, -1);
        $this->engine->failure = new ConnectionException('The server does not answer.');

        self::assertSame(MessageProcessorInterface::REJECT, $this->process($this->sent()[0]));
        self::assertSame(0, $this->leased());
        self::assertSame(2, $this->services->synchronizer->sync(0, 0, -1, -1));
        self::assertStringContainsString('The server does not answer.', $this->services->logger->text());
    }

    public function testADatabaseThatGoesAwayDoesNotBringMailIntoTheLog(): void
    {
        $this->services->synchronizer->sync(0, 0, -1, -1);
        $this->engine->failure = new \RuntimeException('An exception occurred while executing "INSERT" with params ["secret merger"]');

        self::assertSame(MessageProcessorInterface::REJECT, $this->process($this->sent()[0]));
        self::assertStringContainsString(\RuntimeException::class, $this->services->logger->text());
        self::assertStringNotContainsString('merger', $this->services->logger->text());
    }

    /**
     * @param array<string, mixed> $body
     *
     * @return list<int> what was left
     */
    private function runUntilTheFirstBatch(array $body): array
    {
        $token = OriginLeases::newToken();
        $taken = $this->services->leases->takeQueued($body['originIds'], $body['ticket'], $token);
        $limits = (new RunLimits($body['concurrency']))->slice(0.0);
        $report = $this->services->run->run($this->organizationId, $taken, $token, $limits);
        $this->services->queue->sendRest($this->organizationId, $report->left, $body['concurrency']);

        return $report->left;
    }

    /**
     * @param array<string, mixed> $body
     */
    private function process(array $body): string
    {
        $resolver = new OptionsResolver();
        (new SyncMailboxesTopic())->configureMessageBody($resolver);
        $message = new Message();
        $message->setBody($resolver->resolve($body));
        $maintenance = Blank::of(MaintenanceModeState::class, ['isOn' => fn (): bool => $this->isMaintenance]);

        return (new SyncMailboxesProcessor(
            $this->services->leases,
            $this->services->run,
            $this->services->queue,
            new StopCheck($maintenance, new ConsumerMemoryLimit()),
            $this->services->logger
        ))->process($message, Blank::of(SessionInterface::class));
    }

    /**
     * @return list<array<string, mixed>> bodies
     */
    private function sent(): array
    {
        return array_map(
            static fn (array $message): array
                => $message[1] instanceof ClientMessage ? $message[1]->getBody() : $message[1],
            $this->oro->producer->messages
        );
    }

    private function leased(): int
    {
        return (int)$this->rows('SELECT COUNT(*) AS n FROM exchange_mail_mailbox_state WHERE lease IS NOT NULL')[0]['n'];
    }

    private function sql(string $statement): void
    {
        $this->oro->em->getConnection()->executeStatement($statement);
    }
}
