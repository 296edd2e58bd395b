<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\EventListener;

use ExchangeMail\Bundle\Exception\NotInstalledException;
use ExchangeMail\Bundle\Settings\SettingsProvider;
use ExchangeMail\Bundle\Status\StatusProvider;
use Oro\Bundle\UserBundle\Entity\User;
use Symfony\Component\Routing\Generator\UrlGeneratorInterface;
use Symfony\Component\Security\Core\Authorization\AuthorizationCheckerInterface;
use Symfony\Component\Security\Http\Event\InteractiveLoginEvent;
use Symfony\Contracts\Translation\TranslatorInterface;

/**
 * Tells administrators who sign in that Exchange refuses the service account, or that an update of Oro is due.
 */
final class RefusedAccountLoginListener
{
    public function __construct(
        private readonly StatusProvider $statusProvider,
        private readonly SettingsProvider $settingsProvider,
        private readonly AuthorizationCheckerInterface $authorizationChecker,
        private readonly UrlGeneratorInterface $urlGenerator,
        private readonly TranslatorInterface $translator
    ) {
    }

    public function onLogin(InteractiveLoginEvent $event): void
    {
        $request = $event->getRequest();
        if (
            !$event->getAuthenticationToken()->getUser() instanceof User
            || !$request->hasSession()
            || !$this->authorizationChecker->isGranted('exchange_mail_status_view')
        ) {
            return;
        }

        $session = $request->getSession();
        $message = $this->settingsProvider->getSettings()->enabled ? $this->findMessage() : null;
        // Symfony 5.4 has no interface for sessions with a flash bag.
        if (null !== $message && method_exists($session, 'getFlashBag')) {
            $session->getFlashBag()->add('error', $message);
        }
    }

    private function findMessage(): ?string
    {
        try {
            $isRefused = $this->statusProvider->isAccountRefused();
        } catch (NotInstalledException $exception) {
            return $exception->getMessage();
        }

        return $isRefused
            ? $this->translator->trans('exchange_mail.account_refused', [
                '%login%' => htmlspecialchars($this->settingsProvider->getSettings()->credentials->getAccount(), \ENT_QUOTES),
                '%url%' => $this->urlGenerator->generate('exchange_mail_status'),
            ])
            : null;
    }
}
