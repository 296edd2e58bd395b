<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Controller;

use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Engine\EngineRequirement;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Exception\NotInstalledException;
use ExchangeMail\Bundle\Settings\SettingsProvider;
use ExchangeMail\Bundle\Status\VisibleMailboxes;
use Oro\Bundle\EmailBundle\Sync\EmailSynchronizerInterface;
use Oro\Bundle\SecurityBundle\Csrf\CsrfRequestManager;
use Symfony\Component\HttpFoundation\JsonResponse;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\HttpKernel\Exception\AccessDeniedHttpException;
use Symfony\Component\Security\Core\Authorization\AuthorizationCheckerInterface;
use Symfony\Contracts\Translation\TranslatorInterface;
use Twig\Environment;

/**
 * The page with the state of the mailboxes, and its "Sync now".
 */
final class StatusController
{
    public function __construct(
        private readonly ManagerRegistry $doctrine,
        private readonly EmailSynchronizerInterface $synchronizer,
        private readonly SettingsProvider $settingsProvider,
        private readonly EngineRequirement $requirement,
        private readonly AuthorizationCheckerInterface $authorizationChecker,
        private readonly VisibleMailboxes $mailboxes,
        private readonly CsrfRequestManager $csrfRequestManager,
        private readonly TranslatorInterface $translator,
        private readonly Environment $twig
    ) {
    }

    public function indexAction(): Response
    {
        $this->denyUnlessGranted('exchange_mail_status_view');

        try {
            $totals = $this->mailboxes->getTotals();
            $remedy = $this->requirement->getRemedy();
        } catch (NotInstalledException $exception) {
            $totals = null;
            $remedy = $exception->getMessage();
        }

        return new Response($this->twig->render('@ExchangeMail/Status/index.html.twig', [
            'remedy' => $remedy,
            'totals' => $totals,
            'isEnabled' => $this->settingsProvider->getSettings()->enabled,
        ]));
    }

    public function syncAction(Request $request, int $id): JsonResponse
    {
        $this->denyUnlessGranted('exchange_mail_sync_now');
        if (!$this->csrfRequestManager->isRequestTokenValid($request) || !$this->mailboxes->isVisible($id)) {
            throw new AccessDeniedHttpException();
        }

        $refusal = $this->findRefusal($id);
        if (null !== $refusal) {
            return new JsonResponse(['successful' => false, 'message' => $refusal]);
        }
        $this->synchronizer->scheduleSyncOriginsJob([$id]);

        return new JsonResponse([
            'successful' => true,
            'message' => $this->translator->trans('exchange_mail.status.sync_now.scheduled'),
        ]);
    }

    private function findRefusal(int $id): ?string
    {
        if (!$this->requirement->isMet()) {
            return $this->requirement->getRemedy();
        }
        if (!$this->settingsProvider->getSettings()->isUsable()) {
            return $this->translator->trans('exchange_mail.status.sync_now.not_configured');
        }
        $origin = $this->doctrine->getManagerForClass(ExchangeEmailOrigin::class)->find(ExchangeEmailOrigin::class, $id);

        return null !== $origin && $origin->isSyncEnabled()
            ? null
            : $this->translator->trans('exchange_mail.status.sync_now.inactive');
    }

    private function denyUnlessGranted(string $aclResource): void
    {
        if (!$this->authorizationChecker->isGranted($aclResource)) {
            throw new AccessDeniedHttpException();
        }
    }
}
