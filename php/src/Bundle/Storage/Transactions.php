<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Storage;

use Doctrine\DBAL\Exception\RetryableException;
use Doctrine\DBAL\Exception\UniqueConstraintViolationException;
use Doctrine\ORM\EntityManagerInterface;
use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Entity\ExchangeEmail;
use Psr\Log\LoggerInterface;

/**
 * Runs work in a transaction and repeats it when the database asks for that: deadlock, lock timeout, or a row that another
 * process inserted first. Each attempt begins with an empty, open entity manager. Knows no mail.
 */
final class Transactions
{
    public const ATTEMPTS = 6;

    /** Each listener that fails on what it has left keeps the next one from its turn. */
    private const EMPTYING_ATTEMPTS = 3;

    private const FIRST_PAUSE_IN_MILLISECONDS = 40;

    private ?NewMailSignal $signal = null;

    public function __construct(
        private readonly ManagerRegistry $doctrine,
        private readonly ListenerRecovery $listeners,
        private readonly LoggerInterface $logger
    ) {
    }

    public function setSignal(NewMailSignal $signal): void
    {
        $this->signal = $signal;
    }

    /**
     * @template T
     *
     * @param callable(EntityManagerInterface): T           $work   repeatable: keeps nothing of a failed attempt
     * @param null|callable(EntityManagerInterface): void $before  of each attempt, outside of its transaction
     *
     * @return T
     *
     * @throws \Throwable what the last attempt threw; the transaction is rolled back and the entity manager usable
     */
    public function run(callable $work, ?callable $before = null): mixed
    {
        for ($attempt = 1;; ++$attempt) {
            $em = $this->manager();
            $connection = $em->getConnection();
            if (null !== $before) {
                $before($em);
                // what was read before may be old by the time the locks are had
                $em->clear();
            }
            $connection->beginTransaction();
            $this->signal?->hold();
            try {
                $result = $work($em);
                $connection->commit();
                $this->signal?->release();

                return $result;
            } catch (\Throwable $e) {
                $this->rollBack($em);
                $this->emptyListeners();
                $this->signal?->drop();
                if (!self::isWorthRepeating($e) || $attempt >= self::ATTEMPTS) {
                    throw $e;
                }
                $this->logger->notice(
                    'Exchange: storing is repeated after a conflict with another process.',
                    ['attempt' => $attempt, 'conflict' => $e::class]
                );
                $this->pause($attempt);
            } finally {
                $em->clear();
            }
        }
    }

    private static function isWorthRepeating(\Throwable $e): bool
    {
        for (; null !== $e; $e = $e->getPrevious()) {
            if ($e instanceof RetryableException || $e instanceof UniqueConstraintViolationException) {
                return true;
            }
        }

        return false;
    }

    private function rollBack(EntityManagerInterface $em): void
    {
        $connection = $em->getConnection();
        while ($connection->isTransactionActive()) {
            $connection->rollBack();
        }
        $em->clear();
        $this->doctrine->resetManager($this->managerName());
    }

    /**
     * Oro's listeners collect entities when a flush begins and use them after it. Those of a failed flush they would use after
     * the next one, and so write activities of e-mails that do not exist. An empty flush makes them let go, and what they
     * write is rolled back.
     */
    private function emptyListeners(): void
    {
        for ($attempt = 1; $attempt <= self::EMPTYING_ATTEMPTS; ++$attempt) {
            $this->listeners->recover();
            $em = $this->manager();
            $isEmpty = true;
            try {
                $em->getConnection()->beginTransaction();
                $em->flush();
            } catch (\Throwable) {
                $isEmpty = false;
            }
            $this->rollBack($em);
            if ($isEmpty) {
                return;
            }
        }
        $this->listeners->recover();
    }

    private function manager(): EntityManagerInterface
    {
        $em = $this->doctrine->getManagerForClass(ExchangeEmail::class);
        if (!$em->isOpen()) {
            $em = $this->doctrine->resetManager($this->managerName());
        }

        return $em;
    }

    private function managerName(): ?string
    {
        $em = $this->doctrine->getManagerForClass(ExchangeEmail::class);
        foreach ($this->doctrine->getManagers() as $name => $manager) {
            if ($manager === $em) {
                return (string)$name;
            }
        }

        return null;
    }

    /** Random, so that two processes which met once do not meet again. */
    private function pause(int $attempt): void
    {
        $longest = self::FIRST_PAUSE_IN_MILLISECONDS * 2 ** ($attempt - 1);
        usleep(random_int(intdiv($longest, 2), $longest) * 1000);
    }
}
