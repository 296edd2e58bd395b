<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing\Oro;

use Doctrine\ORM\Events;
use Doctrine\Persistence\ManagerRegistry;
use Oro\Component\MessageQueue\Client\MessageProducerInterface;
use Oro\Bundle\SyncBundle\Client\WebsocketClientInterface;
use Oro\Bundle\SyncBundle\Client\ConnectionChecker;
use Oro\Bundle\PlatformBundle\Manager\OptionalListenerManager;
use Oro\Bundle\EmailBundle\Model\WebSocket\WebSocketSendProcessor;
use Oro\Bundle\EmailBundle\Manager\AutoResponseManager;
use Oro\Bundle\EmailBundle\EventListener\EmailUserListener;
use ExchangeMail\Bundle\Storage\NewMailSignal;
use ExchangeMail\Bundle\EventListener\MutedAutoResponseListener;
use ExchangeMail\Tests\Bundle\Storing\Host\Blank;
use ExchangeMail\Tests\Bundle\Storing\Host\RecordingProducer;
use ExchangeMail\Tests\Bundle\Storing\Host\Registry;
use ExchangeMail\Tests\Bundle\Storing\Host\ResettableEntityManager;
use Oro\Bundle\ActivityBundle\Manager\ActivityManager;
use Oro\Bundle\ActivityListBundle\Entity\Factory\ActivityListFactory;
use Oro\Bundle\ActivityListBundle\Entity\Manager\CollectListManager;
use Oro\Bundle\ActivityListBundle\EventListener\ActivityListListener;
use Oro\Bundle\ActivityListBundle\Provider\ActivityListChainProvider;
use Oro\Bundle\ConfigBundle\Config\ConfigManager;
use Oro\Bundle\EmailBundle\Builder\EmailEntityBatchProcessor;
use Oro\Bundle\EmailBundle\Builder\EmailEntityBuilder;
use Oro\Bundle\EmailBundle\Entity\Email;
use Oro\Bundle\EmailBundle\Entity\EmailAttachment;
use Oro\Bundle\EmailBundle\Entity\EmailUser;
use Oro\Bundle\EmailBundle\Entity\Manager\EmailActivityManager;
use Oro\Bundle\EmailBundle\Entity\Manager\EmailAddressManager;
use Oro\Bundle\EmailBundle\Entity\Manager\EmailAddressVisibilityManager;
use Oro\Bundle\EmailBundle\Entity\Manager\EmailOwnerManager;
use Oro\Bundle\EmailBundle\Entity\Manager\EmailThreadManager;
use Oro\Bundle\EmailBundle\Entity\Provider\EmailOwnerProvider;
use Oro\Bundle\EmailBundle\Entity\Provider\EmailOwnerProviderStorage;
use Oro\Bundle\EmailBundle\Entity\Provider\EmailThreadProvider;
use Oro\Bundle\EmailBundle\Entity\Provider\MailboxEmailOwnerProvider;
use Oro\Bundle\EmailBundle\Entity\Provider\PublicEmailOwnerProvider;
use Oro\Bundle\EmailBundle\Event\EmailBodyAdded;
use Oro\Bundle\EmailBundle\Event\EmailUserAdded;
use Oro\Bundle\EmailBundle\EventListener\EmailAddressAssociationMetadataListener;
use Oro\Bundle\EmailBundle\EventListener\EmailBodyAddListener;
use Oro\Bundle\EmailBundle\EventListener\EntityListener;
use Oro\Bundle\EmailBundle\EventListener\UpdateVisibilityForNewEmailUserListener;
use Oro\Bundle\EmailBundle\Mailbox\MailboxProcessStorage;
use Oro\Bundle\EmailBundle\Manager\EmailAttachmentManager;
use Oro\Bundle\EmailBundle\Model\EmailActivityUpdates;
use Oro\Bundle\EmailBundle\Provider\EmailActivityListProvider;
use Oro\Bundle\EmailBundle\Provider\EmailOwnersProvider;
use Oro\Bundle\EmailBundle\Tools\EmailAddressHelper;
use Oro\Bundle\EntityBundle\ORM\DoctrineHelper;
use Oro\Bundle\EntityConfigBundle\Config\Config;
use Oro\Bundle\EntityConfigBundle\Config\ConfigManager as EntityConfigManager;
use Oro\Bundle\EntityConfigBundle\Config\Id\EntityConfigId;
use Oro\Bundle\EntityConfigBundle\Provider\ConfigProvider;
use Oro\Bundle\EntityExtendBundle\EntityExtend\ExtendedEntityFieldsProcessor;
use Oro\Bundle\FeatureToggleBundle\Checker\FeatureChecker;
use Oro\Bundle\MessageQueueBundle\Client\BufferedMessageProducer;
use Oro\Bundle\MessageQueueBundle\Client\MessageBufferManager;
use Oro\Bundle\MessageQueueBundle\Client\MessageFilterInterface;
use Oro\Bundle\SecurityBundle\Authentication\TokenAccessor;
use Oro\Bundle\SecurityBundle\Owner\EntityOwnerAccessor;
use Oro\Bundle\SecurityBundle\Owner\Metadata\OwnershipMetadata;
use Oro\Bundle\SecurityBundle\Owner\Metadata\OwnershipMetadataProviderInterface;
use Oro\Bundle\UserBundle\Entity\Provider\EmailOwnerProvider as UserOwnerProvider;
use Oro\Component\DependencyInjection\ServiceLink;
use Psr\Container\ContainerInterface;
use Psr\Log\NullLogger;
use Symfony\Component\DependencyInjection\Container;
use Symfony\Component\EventDispatcher\EventDispatcher;
use Symfony\Component\Security\Core\Authentication\Token\Storage\TokenStorage;
use Symfony\Component\Security\Core\Authorization\AuthorizationCheckerInterface;

/**
 * Oro's own e-mail bundle on Doctrine and PostgreSQL: entities, builder, batch, address owners, threads, visibility and activity
 * lists are Oro's classes with their listeners. Not Oro's: the contact entity, the generated relations of activities, config.
 */
final class OroHost
{
    public readonly ResettableEntityManager $em;
    public readonly Registry $doctrine;
    public readonly EmailAddressManager $addressManager;
    public readonly EmailOwnerProvider $ownerProvider;
    public readonly OwnershipMetadataProviderInterface $ownership;
    public readonly EmailEntityBuilder $builder;
    public readonly ConfigManager $config;
    public readonly EventDispatcher $dispatcher;
    public readonly TokenStorage $tokenStorage;
    public readonly RecordingProducer $producer;
    public readonly BufferedMessageProducer $bufferedProducer;
    public readonly MessageBufferManager $buffer;
    public readonly Associations $associations;
    public readonly EntityListener $entityListener;

    public readonly ActivityListListener $activityListListener;
    public readonly NewMailSignal $signal;

    public readonly MutedAutoResponseListener $autoResponses;

    public readonly OptionalListenerManager $optionalListeners;

    public ?\Closure $whenPublished = null;

    /** @var list<array{0: string, 1: array<string, mixed>}> topics and what browsers were told */
    public array $published = [];

    /** @var list<array{0: string, 1: string}> file names and the addresses of the records they were linked to */
    public array $linked = [];

    private readonly EmailOwnerProviderStorage $ownerStorage;

    /** @var array<string, mixed> */
    public array $settings = ['oro_email.attachment_sync_enable' => true, 'oro_email.attachment_sync_max_size' => 50.0];

    /**
     * @param array<string, mixed>|null $database connection parameters of a database that another host made; null: a new one
     */
    public function __construct(?array $database = null)
    {
        $this->ownerStorage = new EmailOwnerProviderStorage();
        foreach ([new UserOwnerProvider(), new MailboxEmailOwnerProvider(), new ContactOwnerProvider()] as $provider) {
            $this->ownerStorage->addProvider($provider);
        }
        $this->ownerProvider = new EmailOwnerProvider($this->ownerStorage);
        $this->associations = new Associations();
        ExtendedEntityFieldsProcessor::initialize($this->associations, $this->associations);
        $this->tokenStorage = new TokenStorage();
        $this->dispatcher = new EventDispatcher();
        $this->producer = new RecordingProducer();

        $schema = new Schema($this->ownerStorage);
        $this->em = null === $database ? $schema->create() : $schema->open($database, true);
        $this->associations->em = $this->em;
        $this->doctrine = new Registry($this->em);
        $this->bufferedProducer = new BufferedMessageProducer(
            $this->producer,
            new NullLogger(),
            Blank::of(MessageFilterInterface::class)
        );
        $this->buffer = new MessageBufferManager($this->bufferedProducer, $this->doctrine);
        $this->addressManager = new EmailAddressManager(Schema::PROXY_NAMESPACE, '%sProxy', $this->doctrine);
        $this->em->getEventManager()->addEventListener(
            Events::loadClassMetadata,
            new EmailAddressAssociationMetadataListener($this->addressManager)
        );
        $this->ownership = $this->ownership();
        $this->config = $this->config();
        $this->builder = new EmailEntityBuilder(
            new EmailEntityBatchProcessor($this->addressManager, $this->ownerProvider, $this->dispatcher),
            $this->addressManager,
            new EmailAddressHelper(),
            $this->doctrine,
            new NullLogger()
        );
        $this->listen();
    }

    private function listen(): void
    {
        $visibility = new EmailAddressVisibilityManager(
            $this->ownerProvider,
            $this->doctrine,
            $this->producer,
            new PublicEmailOwnerProvider([Contact::class])
        );
        $this->dispatcher->addListener(
            EmailUserAdded::NAME,
            (new UpdateVisibilityForNewEmailUserListener($visibility))->onEmailUserAdded(...)
        );

        $helper = new DoctrineHelper($this->doctrine);
        $accessor = new TokenAccessor($this->tokenStorage);
        $threadProvider = new EmailThreadProvider();
        $activityProvider = Blank::with(EmailActivityListProvider::class, [
            'doctrineHelper' => $helper,
            'tokenAccessor' => $accessor,
            'emailThreadProvider' => $threadProvider,
            'mailboxProcessStorage' => Blank::of(MailboxProcessStorage::class, ['getProcesses' => []]),
        ]);
        $providers = new Container();
        $providers->set(Email::class, $activityProvider);
        $chain = Blank::with(ActivityListChainProvider::class, [
            'activityClasses' => [Email::class],
            'activityAclClasses' => [Email::class => EmailUser::class],
            'providerContainer' => $providers,
            'doctrineHelper' => $helper,
            'configManager' => Blank::of(EntityConfigManager::class, ['getIds' => []]),
            'tokenAccessor' => $accessor,
            'activityListFactory' => static fn (): object => new ActivityListFactory(),
            'ownerActivityClasses' => null,
            'providers' => null,
            'targetClasses' => null,
        ]);
        $activityManager = Blank::with(ActivityManager::class, [
            'doctrineHelper' => $helper,
            'featureChecker' => Blank::of(FeatureChecker::class, ['isResourceEnabled' => true]),
        ]);

        $container = new Container();
        $container->set('owner_accessor', new EntityOwnerAccessor(
            $this->ownership,
            \Doctrine\Inflector\InflectorFactory::create()->build()
        ));
        $services = [
            'oro_email.email.owner.manager' => new EmailOwnerManager($this->ownerStorage, $this->addressManager),
            'oro_email.email.thread.manager' => new EmailThreadManager(
                $threadProvider,
                $this->emOrDoctrine(EmailThreadManager::class)
            ),
            'oro_email.email.activity.manager' => new EmailActivityManager(
                $activityManager,
                $activityProvider,
                $threadProvider,
                $this->tokenStorage,
                new ServiceLink($container, 'owner_accessor'),
                $this->emOrDoctrine(EmailActivityManager::class)
            ),
            'oro_email.email.address.manager' => $this->addressManager,
            'oro_email.email_address_visibility.manager' => $visibility,
            'owners' => $owners = new EmailOwnersProvider($chain, $this->ownerStorage, $this->doctrine),
        ];
        if (class_exists(EmailActivityUpdates::class)) {
            $services['oro_email.model.email_activity_updates'] = new EmailActivityUpdates($owners);
        }
        foreach ($services as $id => $service) {
            // the listener asks for ids in Oro 5.1 and for classes in 6.1 and 7.0
            $container->set($id, $service);
            $container->set($service::class, $service);
        }

        $events = $this->em->getEventManager();
        $events->addEventListener(
            [Events::onFlush, Events::postFlush, Events::postRemove],
            $this->entityListener = new EntityListener($this->producer, $container)
        );
        $events->addEventListener(
            [Events::onFlush, Events::postFlush],
            $this->activityListListener = new ActivityListListener(new CollectListManager($chain), $helper)
        );
        $this->signal = new NewMailSignal(
            Blank::of(WebsocketClientInterface::class, [
                'publish' => function (string $topic, array $payload): bool {
                    $this->published[] = [$topic, $payload];
                    null === $this->whenPublished || ($this->whenPublished)();

                    return true;
                },
            ]),
            Blank::of(ConnectionChecker::class, ['checkConnection' => true])
        );
        $container->set('oro_email.email_websocket.processor', $this->signal);
        $container->set(WebSocketSendProcessor::class, $this->signal);
        $events->addEventListener([Events::onFlush, Events::postFlush], new EmailUserListener($container));
        $responses = Blank::of(AutoResponseManager::class, ['hasAutoResponses' => true]);
        $container->set('oro_email.autoresponserule_manager', $responses);
        $container->set(AutoResponseManager::class, $responses);
        $container->set(MessageProducerInterface::class, $this->producer);
        $this->autoResponses = new MutedAutoResponseListener($container);
        $events->addEventListener([Events::onFlush, Events::postFlush], $this->autoResponses);
        $this->optionalListeners = new OptionalListenerManager([], $container);

        $bodies = new EmailBodyAddListener(
            Blank::of(EmailAttachmentManager::class, [
                'linkEmailAttachmentToTargetEntity' => function (EmailAttachment $attachment, object $entity): void {
                    $this->linked[] = [$attachment->getFileName(), $entity->getEmail()];
                },
            ]),
            Blank::of(ConfigProvider::class, [
                'getConfig' => static fn (string $class): Config => new Config(
                    new EntityConfigId('attachment', $class),
                    ['auto_link_attachments' => Contact::class === $class]
                ),
            ]),
            Blank::of(EmailActivityListProvider::class, [
                'getTargetEntities' => fn (Email $email): array => array_column(array_filter(
                    $this->associations->targets,
                    static fn (array $pair): bool => $pair[0] === $email->getSubject()
                ), 1),
            ]),
            // Symfony 5.4 throws where a token has no user, later ones vote no
            Blank::of(AuthorizationCheckerInterface::class, [
                'isGranted' => static fn () => throw new \LogicException('The token has no user.'),
            ]),
            $this->tokenStorage,
            $chain,
            $this->emOrDoctrine(EmailBodyAddListener::class)
        );
        $this->dispatcher->addListener(EmailBodyAdded::NAME, $bodies->linkToScope(...));
        $this->dispatcher->addListener(EmailBodyAdded::NAME, $bodies->updateActivityDescription(...));
    }

    /**
     * Oro 5.1 gives these services the entity manager, 6.1 and 7.0 the registry.
     *
     * @param class-string $class
     */
    private function emOrDoctrine(string $class): object
    {
        $parameters = (new \ReflectionMethod($class, '__construct'))->getParameters();

        return ManagerRegistry::class === (string)end($parameters)->getType() ? $this->doctrine : $this->em;
    }

    private function ownership(): OwnershipMetadataProviderInterface
    {
        return Blank::of(OwnershipMetadataProviderInterface::class, [
            'getMetadata' => new OwnershipMetadata('USER', 'owner', 'owner_id', 'organization', 'organization_id'),
        ]);
    }

    private function config(): ConfigManager
    {
        return Blank::of(ConfigManager::class, ['get' => fn (string $name): mixed => $this->settings[$name] ?? null]);
    }
}
