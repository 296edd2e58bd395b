<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Unit;

use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Notification\CredentialFailureNotifier;
use ExchangeMail\Bundle\Notification\NotificationSenderInterface;
use ExchangeMail\Bundle\Sync\MailboxFinished;
use Oro\Bundle\EmailBundle\Entity\EmailOrigin;
use Oro\Bundle\EmailBundle\Sync\EmailSyncNotificationAlert;
use Oro\Bundle\NotificationBundle\NotificationAlert\NotificationAlertManager;
use Oro\Bundle\OrganizationBundle\Entity\Organization;
use Oro\Bundle\UserBundle\Entity\User;
use PHPUnit\Framework\MockObject\MockObject;
use PHPUnit\Framework\TestCase;

final class CredentialFailureNotifierTest extends TestCase
{
    private const AUTHENTICATION = 'ExchangeSync\AuthenticationException';
    private const IMPERSONATION = 'ExchangeSync\ImpersonationException';

    private NotificationAlertManager&MockObject $alerts;
    private NotificationSenderInterface&MockObject $sender;

    protected function setUp(): void
    {
        $this->sender = $this->createMock(NotificationSenderInterface::class);
        $this->alerts = $this->createMock(NotificationAlertManager::class);
    }

    public function testARefusedServiceAccountIsToldOnceAnOrganizationAndToNoUser(): void
    {
        $this->alerts->expects(self::exactly(2))
            ->method('getNotificationAlertsCountGroupedByTypeForUserAndOrganization')
            ->with(null, 3)
            ->willReturnOnConsecutiveCalls([], ['auth' => 1]);
        $this->alerts->expects(self::once())
            ->method('addNotificationAlert')
            ->with(self::isInstanceOf(EmailSyncNotificationAlert::class))
            ->willReturn('id');
        $this->sender->expects(self::once())->method('send')->with(self::isInstanceOf(MailboxFinished::class), null);

        $this->finish(self::AUTHENTICATION, null);
        $this->finish(self::AUTHENTICATION, self::AUTHENTICATION);
    }

    public function testAMailboxThatTheAccountMayNotOpenIsToldToItsUser(): void
    {
        $this->alerts->method('getNotificationAlertsCountGroupedByTypeForUserAndOrganization')->with(5, 3)->willReturn([]);
        $this->alerts->expects(self::once())->method('addNotificationAlert')->willReturn('id');
        $this->sender->expects(self::once())->method('send')->with(self::isInstanceOf(MailboxFinished::class), 5);

        $this->finish(self::IMPERSONATION, null);
    }

    public function testTheRunThatFindsTheAccountAcceptedSettlesTheAlert(): void
    {
        $this->alerts->expects(self::once())
            ->method('resolveNotificationAlertsByAlertTypeForUserAndOrganization')
            ->with('auth', null, 3);
        $this->sender->expects(self::never())->method('send');

        $this->finish(null, self::AUTHENTICATION);
        $this->finish(null, null);
    }

    public function testAnUnreachableServerIsNoMatterOfCredentials(): void
    {
        $this->alerts->expects(self::never())->method('addNotificationAlert');
        $this->sender->expects(self::never())->method('send');
        $this->alerts->expects(self::never())->method('resolveNotificationAlertsByAlertTypeForUserAndOrganization');

        $this->finish('ExchangeSync\ConnectionException', self::AUTHENTICATION);
    }

    private function finish(?string $exception, ?string $previousException): void
    {
        $user = $this->createMock(User::class);
        $user->method('getId')->willReturn(5);
        $organization = $this->createMock(Organization::class);
        $organization->method('getId')->willReturn(3);
        $origin = new ExchangeEmailOrigin();
        $origin->setMailboxAddress('jane@example.com');
        foreach (['owner' => $user, 'organization' => $organization] as $property => $value) {
            (new \ReflectionProperty(EmailOrigin::class, $property))->setValue($origin, $value);
        }
        if (null !== $exception) {
            $origin->recordFailure(new \DateTimeImmutable(), $exception, null, 'Refused.', 'Check the password.');
        }

        (new CredentialFailureNotifier($this->alerts, [$this->sender]))->onFinished(MailboxFinished::of($origin, $previousException));
    }
}
