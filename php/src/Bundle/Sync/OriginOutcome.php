<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Sync;

use Doctrine\ORM\EntityManagerInterface;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Lease\OriginLeases;
use ExchangeMail\Bundle\Storage\Transactions;
use ExchangeMail\Engine\LoginRefusal;
use ExchangeSync\ConfigurationException;
use ExchangeSync\Failure;
use ExchangeSync\ImpersonationException;
use Oro\Bundle\EmailBundle\Sync\AbstractEmailSynchronizer;
use Symfony\Contracts\EventDispatcher\EventDispatcherInterface;

/**
 * Writes how a run ended into the origin and gives the mailbox back.
 */
class OriginOutcome
{
    /** An error that only an administrator can end is not worth an attempt a minute, and too many lock the account. */
    private const PAUSE_IN_MINUTES = 15;

    public function __construct(
        private readonly Transactions $transactions,
        private readonly OriginLeases $leases,
        private readonly EventDispatcherInterface $dispatcher
    ) {
    }

    /**
     * Mailboxes that were read to their end and did before: nothing else is written.
     *
     * @param list<int> $originIds
     */
    public function unchanged(array $originIds, string $token): void
    {
        if ([] !== $originIds) {
            $this->leases->finish($originIds, $token);
        }
    }

    public function succeeded(int $originId, string $token): void
    {
        $this->record([$originId], $token, static function (ExchangeEmailOrigin $origin): void {
            $origin->recordSuccess();
            $origin->setSyncCode(AbstractEmailSynchronizer::SYNC_CODE_SUCCESS);
            $origin->setSynchronizedAt(new \DateTime('now', new \DateTimeZone('UTC')));
        });
    }

    /**
     * @param list<int> $originIds
     *
     * @return bool false: nothing is wrong, the address of a mailbox is only another name of one
     */
    public function failed(array $originIds, string $token, Failure|\ExchangeSync\Exception $failure): bool
    {
        $isException = $failure instanceof \ExchangeSync\Exception;
        $class = $isException ? $failure::class : $failure->exception;
        $code = $isException ? $failure->ewsCode : $failure->code;
        $message = $isException ? $failure->getMessage() : $failure->message;
        $retryAt = $failure->retryAt ?? (self::needsAdministrator($class) ? self::pauseEnd() : null);
        $finished = $this->record(
            $originIds,
            $token,
            static function (ExchangeEmailOrigin $origin) use ($class, $code, $message, $failure, $retryAt): void {
                $origin->recordFailure($class, $code, $message, $failure->remedy, $retryAt);
                $origin->setSyncCode(
                    $origin->hasNoMailbox() ? AbstractEmailSynchronizer::SYNC_CODE_SUCCESS : AbstractEmailSynchronizer::SYNC_CODE_FAILURE
                );
            }
        );

        return [] === $finished || [] !== array_filter($finished, static fn (MailboxFinished $one): bool => !$one->isSuccess());
    }

    /**
     * Whether the login itself was refused, which every other mailbox would find too.
     */
    public static function isLoginRefused(Failure $failure): bool
    {
        return LoginRefusal::is($failure->exception);
    }

    /**
     * Until when nobody should try a login that was refused.
     */
    public static function pauseEnd(): \DateTimeImmutable
    {
        return new \DateTimeImmutable(\sprintf('+%d minutes', self::PAUSE_IN_MINUTES), new \DateTimeZone('UTC'));
    }

    private static function needsAdministrator(string $class): bool
    {
        return LoginRefusal::is($class)
            || is_a($class, ImpersonationException::class, true)
            || is_a($class, ConfigurationException::class, true);
    }

    /**
     * @param list<int>                           $originIds
     * @param callable(ExchangeEmailOrigin): void $record
     *
     * @return list<MailboxFinished>
     */
    private function record(array $originIds, string $token, callable $record): array
    {
        $finished = $this->transactions->run(
            function (EntityManagerInterface $em) use ($originIds, $token, $record): array {
                // whoever reads the others now will say how it went
                $held = $this->leases->lockHeld($originIds, $token);
                if ([] === $held) {
                    return [];
                }
                $origins = $em->getRepository(ExchangeEmailOrigin::class)->findBy(['id' => $held]);
                array_map($record, $origins);
                $em->flush();
                $this->leases->finish($held, $token);

                return array_map(MailboxFinished::of(...), $origins);
            }
        );
        foreach ($finished as $event) {
            $this->dispatcher->dispatch($event);
        }

        return $finished;
    }
}
