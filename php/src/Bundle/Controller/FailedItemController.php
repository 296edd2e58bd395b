<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Controller;

use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Entity\FailedItem;
use ExchangeMail\Bundle\Exception\EngineMissingException;
use ExchangeMail\Bundle\Exception\SettingsIncompleteException;
use ExchangeMail\Bundle\Settings\SettingLabels;
use ExchangeMail\Bundle\Status\VisibleMailboxes;
use ExchangeMail\Bundle\Storage\FailedItemRetry;
use ExchangeMail\Bundle\Storage\RetryResult;
use Oro\Bundle\SecurityBundle\Csrf\CsrfRequestManager;
use Symfony\Component\HttpFoundation\JsonResponse;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\HttpKernel\Exception\AccessDeniedHttpException;
use Symfony\Component\Security\Core\Authorization\AuthorizationCheckerInterface;
use Symfony\Contracts\Translation\TranslatorInterface;
use Twig\Environment;

/**
 * The page with the messages that could not be stored, and its "Retry".
 */
final class FailedItemController
{
    public function __construct(
        private readonly ManagerRegistry $doctrine,
        private readonly FailedItemRetry $retry,
        private readonly VisibleMailboxes $mailboxes,
        private readonly SettingLabels $labels,
        private readonly AuthorizationCheckerInterface $authorizationChecker,
        private readonly CsrfRequestManager $csrfRequestManager,
        private readonly TranslatorInterface $translator,
        private readonly Environment $twig
    ) {
    }

    public function indexAction(): Response
    {
        $this->denyUnlessGranted('exchange_mail_status_view');

        return new Response($this->twig->render('@ExchangeMail/FailedItem/index.html.twig'));
    }

    public function retryAction(Request $request, int $id): JsonResponse
    {
        $this->denyUnlessGranted('exchange_mail_sync_now');
        if (!$this->csrfRequestManager->isRequestTokenValid($request)) {
            throw new AccessDeniedHttpException();
        }

        $item = $this->find($id);
        if (null !== $item && !$this->mailboxes->isVisible((int)$item->getOrigin()->getId())) {
            throw new AccessDeniedHttpException();
        }
        try {
            $result = null === $item ? RetryResult::Gone : $this->retry->retry($id);
        } catch (EngineMissingException | SettingsIncompleteException | \ExchangeSync\Exception $exception) {
            return new JsonResponse(['successful' => false, 'message' => $this->labels->explain($exception->getMessage())]);
        }

        return new JsonResponse([
            'successful' => RetryResult::Failed !== $result,
            'message' => $this->translator->trans('exchange_mail.failed_items.retry.' . strtolower($result->name), [
                '%reason%' => RetryResult::Failed === $result ? $this->labels->explain((string)$this->find($id)?->getReason()) : '',
            ]),
        ]);
    }

    private function find(int $id): ?FailedItem
    {
        return $this->doctrine->getManagerForClass(FailedItem::class)->find(FailedItem::class, $id);
    }

    private function denyUnlessGranted(string $aclResource): void
    {
        if (!$this->authorizationChecker->isGranted($aclResource)) {
            throw new AccessDeniedHttpException();
        }
    }
}
