<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Controller;

use ExchangeMail\Bundle\Exception\NotInstalledException;
use ExchangeMail\Bundle\Status\VisibleMailboxes;
use Oro\Bundle\DashboardBundle\Model\WidgetConfigs;
use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\HttpKernel\Exception\AccessDeniedHttpException;
use Symfony\Component\Security\Core\Authorization\AuthorizationCheckerInterface;
use Twig\Environment;

/**
 * The dashboard widget with the state of the mailboxes.
 */
final class DashboardController
{
    private const SHOWN = 5;

    public function __construct(
        private readonly VisibleMailboxes $mailboxes,
        private readonly WidgetConfigs $widgetConfigs,
        private readonly AuthorizationCheckerInterface $authorizationChecker,
        private readonly Environment $twig
    ) {
    }

    public function statusAction(string $widget): Response
    {
        if (!$this->authorizationChecker->isGranted('exchange_mail_status_view')) {
            throw new AccessDeniedHttpException();
        }

        try {
            $state = ['totals' => $this->mailboxes->getTotals(), 'failed' => $this->mailboxes->getFailed(self::SHOWN)];
        } catch (NotInstalledException $exception) {
            $state = ['remedy' => $exception->getMessage()];
        }

        return new Response($this->twig->render(
            '@ExchangeMail/Dashboard/status.html.twig',
            $state + $this->widgetConfigs->getWidgetAttributesForTwig($widget)
        ));
    }
}
