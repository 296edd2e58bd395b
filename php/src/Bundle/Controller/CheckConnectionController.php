<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Controller;

use ExchangeMail\Bundle\Connection\ConnectionCheckRequest;
use ExchangeMail\Bundle\Settings\SettingsProvider;
use Oro\Bundle\SecurityBundle\Csrf\CsrfRequestManager;
use Symfony\Component\HttpFoundation\JsonResponse;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpKernel\Exception\AccessDeniedHttpException;
use Symfony\Component\Security\Core\Authorization\AuthorizationCheckerInterface;

/**
 * Answers the "Check connection" button for those who may change the system configuration.
 */
final class CheckConnectionController
{
    public function __construct(
        private readonly ConnectionCheckRequest $checkRequest,
        private readonly SettingsProvider $settingsProvider,
        private readonly AuthorizationCheckerInterface $authorizationChecker,
        private readonly CsrfRequestManager $csrfRequestManager
    ) {
    }

    public function checkAction(Request $request): JsonResponse
    {
        if (
            !$this->authorizationChecker->isGranted('oro_config_system')
            || !$this->csrfRequestManager->isRequestTokenValid($request)
        ) {
            throw new AccessDeniedHttpException();
        }

        $report = $this->checkRequest->handle($request->request->all(), $this->settingsProvider->getSettings());

        return new JsonResponse($report->toArray());
    }
}
