<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Origins;

use Doctrine\ORM\Query;
use Doctrine\ORM\QueryBuilder;
use ExchangeMail\Bundle\Controller\FailedItemController;
use ExchangeMail\Bundle\Datagrid\MailboxGridQuery;
use ExchangeMail\Bundle\Entity\FailedItem;
use ExchangeMail\Bundle\Settings\SettingLabels;
use ExchangeMail\Bundle\Status\StatusQuery;
use ExchangeMail\Bundle\Status\VisibleMailboxes;
use ExchangeMail\Tests\Bundle\Storing\Host\Blank;
use ExchangeMail\Tests\Bundle\Storing\Host\Mail;
use ExchangeMail\Tests\Bundle\Storing\OroTestCase;
use ExchangeSync\Batch;
use ExchangeSync\ProtocolException;
use ExchangeSync\Skipped;
use Oro\Bundle\SecurityBundle\Authentication\TokenAccessorInterface;
use Oro\Bundle\SecurityBundle\Csrf\CsrfRequestManager;
use Oro\Bundle\SecurityBundle\ORM\Walker\AclHelper;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\Security\Core\Authorization\AuthorizationCheckerInterface;
use Symfony\Component\Translation\Loader\YamlFileLoader;
use Symfony\Component\Translation\Translator;
use Twig\Environment;
use Twig\Loader\ArrayLoader;

/**
 * The button Retry of a message that could not be stored.
 */
final class FailedItemControllerTest extends OroTestCase
{
    public function testAFailedRetrySaysItsReasonInTheWordsOfTheSettingsPage(): void
    {
        $origin = $this->mailbox($this->janeId);
        $this->store($origin, new Batch('jane@example.com', Mail::inbox(), skipped: [new Skipped('a', 'cut off')]));
        $this->engine->messages['a'] = new ProtocolException("What 'server' names is no Exchange.");
        $item = $this->oro->em->getRepository(FailedItem::class)->findOneBy([]);

        $answer = json_decode((string)$this->controller()->retryAction(new Request(), (int)$item->getId())->getContent(), true);

        self::assertSame([
            'successful' => false,
            'message' => 'The email could not be stored again: What "Server" names is no Exchange.',
        ], $answer);
    }

    private function controller(): FailedItemController
    {
        $translator = new Translator('en');
        $translator->addLoader('yml', new YamlFileLoader());
        $translator->addResource('yml', __DIR__ . '/../../../php/src/Bundle/Resources/translations/messages.en.yml', 'en');
        $accessor = Blank::of(TokenAccessorInterface::class, ['getOrganizationId' => $this->organizationId]);

        return new FailedItemController(
            $this->oro->doctrine,
            $this->services->retry,
            new VisibleMailboxes(
                new MailboxGridQuery(new StatusQuery($this->oro->doctrine), $accessor),
                Blank::of(AclHelper::class, ['apply' => static fn (QueryBuilder $query): Query => $query->getQuery()])
            ),
            new SettingLabels($translator),
            Blank::of(AuthorizationCheckerInterface::class, ['isGranted' => true]),
            Blank::of(CsrfRequestManager::class, ['isRequestTokenValid' => true]),
            $translator,
            new Environment(new ArrayLoader())
        );
    }
}
