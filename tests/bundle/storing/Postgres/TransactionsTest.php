<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing\Postgres;

use Doctrine\DBAL\Exception\DeadlockException;
use Doctrine\DBAL\Exception\NotNullConstraintViolationException;
use Doctrine\DBAL\Exception\UniqueConstraintViolationException;
use Doctrine\ORM\EntityManagerInterface;
use Doctrine\ORM\Events;
use ExchangeMail\Bundle\Storage\ListenerRecovery;
use ExchangeMail\Bundle\Storage\Transactions;
use ExchangeMail\Tests\Bundle\Storing\Host\Blank;
use ExchangeMail\Tests\Bundle\Storing\Host\RecordingLogger;
use ExchangeMail\Tests\Bundle\Storing\Host\Registry;
use Oro\Bundle\ActivityListBundle\EventListener\ActivityListListener;
use Oro\Bundle\EmailBundle\EventListener\EntityListener;
use Symfony\Component\Process\Process;

final class TransactionsTest extends PostgresTestCase
{
    private Transactions $transactions;
    private RecordingLogger $logger;
    private Registry $registry;

    protected function setUp(): void
    {
        parent::setUp();
        $this->connection->executeStatement('CREATE TABLE note (id SERIAL PRIMARY KEY, name VARCHAR(255) NOT NULL UNIQUE)');
        $this->logger = new RecordingLogger();
        $this->registry = new Registry($this->em);
        $this->transactions = new Transactions(
            Blank::of(\Doctrine\Persistence\ManagerRegistry::class, [
                'getManagerForClass' => $this->em,
                'getManagers' => ['default' => $this->em],
                'resetManager' => fn (): object => $this->registry->resetManager(),
            ]),
            new ListenerRecovery(Blank::of(EntityListener::class), Blank::of(ActivityListListener::class)),
            $this->logger
        );
    }

    public function testARowThatAnotherProcessWasFasterWithIsSeenInTheNextAttempt(): void
    {
        $attempts = 0;
        $result = $this->transactions->run(function (EntityManagerInterface $em) use (&$attempts): string {
            if (1 === ++$attempts) {
                $this->secondConnection()->insert('note', ['name' => 'same']);
                $em->persist(new Note('same'));
                $em->flush();
            }

            return $em->getRepository(Note::class)->findOneBy(['name' => 'same'])->name;
        });

        self::assertSame('same', $result);
        self::assertSame(2, $attempts);
        self::assertCount(1, $this->logger->records);
        self::assertTrue($this->em->isOpen());
        self::assertSame([['name' => 'same']], $this->rows('SELECT name FROM note'));
    }

    public function testADeadlockIsRepeatedAndBothProcessesEndWell(): void
    {
        $this->connection->executeStatement("INSERT INTO note (name) VALUES ('a'), ('b')");
        $other = new Process(
            [\PHP_BINARY, __DIR__ . '/deadlock.php', json_encode($this->connection->getParams(), \JSON_THROW_ON_ERROR)],
            timeout: 60
        );
        $attempts = 0;
        $this->transactions->run(function (EntityManagerInterface $em) use ($other, &$attempts): void {
            $connection = $em->getConnection();
            $connection->executeStatement("UPDATE note SET name = name WHERE name = 'a'");
            if (1 === ++$attempts) {
                $other->start();
                $other->waitUntil(static fn (string $type, string $output): bool => str_contains($output, 'holds b'));
                usleep(200_000);
            }
            $connection->executeStatement("UPDATE note SET name = 'b by this' WHERE name = 'b'");
        });
        $other->wait();

        self::assertSame(0, $other->getExitCode(), $other->getErrorOutput());
        $repeated = $this->logger->contextsOf('Exchange: storing is repeated after a conflict with another process.');
        $deadlocks = array_column($repeated, 'conflict');
        self::assertContains(
            DeadlockException::class,
            [...$deadlocks, ...explode(' ', $other->getOutput())],
            'one of the two was the victim'
        );
        self::assertSame(1, (int)$this->connection->fetchOne("SELECT COUNT(*) FROM note WHERE name = 'b by this'"));
    }

    public function testItGivesUpAfterSomeAttemptsAndLeavesAWorkingManager(): void
    {
        $this->connection->executeStatement("INSERT INTO note (name) VALUES ('taken')");
        $attempts = 0;
        try {
            $this->transactions->run(static function (EntityManagerInterface $em) use (&$attempts): void {
                ++$attempts;
                $em->persist(new Note('taken'));
                $em->flush();
            });
            self::fail();
        } catch (UniqueConstraintViolationException) {
        }

        self::assertSame(Transactions::ATTEMPTS, $attempts);
        self::assertFalse($this->connection->isTransactionActive());
        $this->transactions->run(static function (EntityManagerInterface $em): void {
            $em->persist(new Note('after'));
            $em->flush();
        });
        self::assertSame(2, (int)$this->connection->fetchOne('SELECT COUNT(*) FROM note'));
    }

    public function testAnErrorThatRepeatingDoesNotHelpIsThrownAtOnceAndNothingIsLeft(): void
    {
        $attempts = 0;
        try {
            $this->transactions->run(function (EntityManagerInterface $em) use (&$attempts): void {
                ++$attempts;
                $em->persist(new Note('half'));
                $em->flush();
                $em->getConnection()->executeStatement('INSERT INTO note (name) VALUES (NULL)');
            });
            self::fail();
        } catch (NotNullConstraintViolationException) {
        }

        self::assertSame(1, $attempts);
        self::assertSame([], $this->rows('SELECT * FROM note'));
    }

    public function testAListenerDoesNotMeetEntitiesOfAFailedAttemptAgain(): void
    {
        $listener = new class () {
            /** @var list<Note> */
            private array $collected = [];

            /** @var list<string> */
            public array $used = [];

            public function onFlush(\Doctrine\ORM\Event\OnFlushEventArgs $args): void
            {
                $insertions = $args->getObjectManager()->getUnitOfWork()->getScheduledEntityInsertions();
                $this->collected = [...$this->collected, ...array_values($insertions)];
            }

            public function postFlush(\Doctrine\ORM\Event\PostFlushEventArgs $args): void
            {
                foreach ($this->collected as $note) {
                    $this->used[] = $note->name;
                    $args->getObjectManager()->getConnection()->insert('note', ['name' => 'about ' . $note->name]);
                }
                $this->collected = [];
            }
        };
        $this->em->getEventManager()->addEventListener([Events::onFlush, Events::postFlush], $listener);
        $this->connection->executeStatement("INSERT INTO note (name) VALUES ('taken')");
        $attempts = 0;
        $this->transactions->run(static function (EntityManagerInterface $em) use (&$attempts): void {
            $em->persist(new Note(1 === ++$attempts ? 'taken' : 'good'));
            $em->flush();
        });

        self::assertSame(
            ['about good', 'good', 'taken'],
            array_column($this->rows('SELECT name FROM note ORDER BY name'), 'name')
        );
    }
}
