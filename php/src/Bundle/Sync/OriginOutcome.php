<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Sync;

use Doctrine\ORM\EntityManagerInterface;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Lease\LeaseLostException;
use ExchangeMail\Bundle\Lease\OriginLeases;
use ExchangeMail\Bundle\Lease\RunOutdatedException;
use ExchangeMail\Bundle\Storage\Transactions;
use ExchangeSync\AuthenticationException;
use ExchangeSync\ConfigurationException;
use ExchangeSync\Failure;
use ExchangeSync\ImpersonationException;
use Symfony\Contracts\EventDispatcher\EventDispatcherInterface;

/**
 * Writes how a run ended into the origin and gives the mailbox back.
 */
final class OriginOutcome
{
    /** An error that only an administrator can end is not worth an attempt a minute, and too many lock the account. */
    private const PAUSE_IN_MINUTES = 15;

    public function __construct(
        private readonly Transactions $transactions,
        private readonly OriginLeases $leases,
        private readonly EventDispatcherInterface $dispatcher
    ) {
    }

    public function succeeded(int $originId, string $token): void
    {
        $this->finish($originId, $token, true, static function (ExchangeEmailOrigin $origin): void {
            $origin->recordSuccess(self::now());
        });
    }

    public function failed(int $originId, string $token, Failure|\ExchangeSync\Exception $failure): void
    {
        $isException = $failure instanceof \ExchangeSync\Exception;
        $class = $isException ? $failure::class : $failure->exception;
        $code = $isException ? $failure->ewsCode : $failure->code;
        $message = $isException ? $failure->getMessage() : $failure->message;
        $retryAt = $failure->retryAt ?? (self::needsAdministrator($class) ? self::pauseEnd() : null);
        $this->finish(
            $originId,
            $token,
            false,
            static function (ExchangeEmailOrigin $origin) use ($class, $code, $message, $failure, $retryAt): void {
                $origin->recordFailure(self::now(), $class, $code, $message, $failure->remedy, $retryAt);
            }
        );
    }

    /**
     * Whether the login itself was refused, which every other mailbox would find too.
     */
    public static function isLoginRefused(Failure $failure): bool
    {
        return is_a($failure->exception, AuthenticationException::class, true);
    }

    /**
     * Until when nobody should try a login that was refused.
     */
    public static function pauseEnd(): \DateTimeImmutable
    {
        return self::now()->modify(\sprintf('+%d minutes', self::PAUSE_IN_MINUTES));
    }

    private static function needsAdministrator(string $class): bool
    {
        return is_a($class, AuthenticationException::class, true)
            || is_a($class, ImpersonationException::class, true)
            || is_a($class, ConfigurationException::class, true);
    }

    /**
     * @param callable(ExchangeEmailOrigin): void $record
     */
    private function finish(int $originId, string $token, bool $success, callable $record): void
    {
        $finished = null;
        try {
            $this->transactions->run(
                function (EntityManagerInterface $em) use ($originId, $token, $success, $record, &$finished): void {
                    $this->leases->lock($originId, $token);
                    $origin = $em->find(ExchangeEmailOrigin::class, $originId);
                    if (null !== $origin) {
                        $record($origin);
                        $em->flush();
                        $finished = MailboxFinished::of($origin);
                    }
                    $this->leases->release($originId, $token, $success);
                }
            );
        } catch (LeaseLostException | RunOutdatedException) {
            // whoever reads the mailbox next will say how it went
            return;
        }
        if (null !== $finished) {
            $this->dispatcher->dispatch($finished);
        }
    }

    private static function now(): \DateTimeImmutable
    {
        return new \DateTimeImmutable('now', new \DateTimeZone('UTC'));
    }
}
