<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing\Host;

use Doctrine\ORM\Events;
use ExchangeMail\Bundle\AddressBook\AddressBookLoader;
use ExchangeMail\Bundle\AddressBook\AddressBookProvider;
use ExchangeMail\Bundle\AddressBook\AddressQuery;
use ExchangeMail\Bundle\AddressBook\LastAddressBook;
use ExchangeMail\Bundle\Engine\EngineProviderInterface;
use ExchangeMail\Bundle\EventListener\LateAddressListener;
use ExchangeMail\Bundle\Lease\OriginLeases;
use ExchangeMail\Bundle\Settings\SettingsProvider;
use ExchangeMail\Bundle\Storage\BatchStore;
use ExchangeMail\Bundle\Storage\BatchTransaction;
use ExchangeMail\Bundle\Storage\BodyFactory;
use ExchangeMail\Bundle\Storage\Culprits;
use ExchangeMail\Bundle\Storage\FailedItemRetry;
use ExchangeMail\Bundle\Storage\FailedItems;
use ExchangeMail\Bundle\Storage\FolderStore;
use ExchangeMail\Bundle\Storage\KeyLocks;
use ExchangeMail\Bundle\Storage\KnownMail;
use ExchangeMail\Bundle\Storage\ListenerRecovery;
use ExchangeMail\Bundle\Storage\MailStore;
use ExchangeMail\Bundle\Storage\MessageWriter;
use ExchangeMail\Bundle\Storage\OrganizationContext;
use ExchangeMail\Bundle\Storage\PlaceStore;
use ExchangeMail\Bundle\Storage\Transactions;
use ExchangeMail\Bundle\Storage\Triggers;
use ExchangeMail\Bundle\Sync\ExchangeEmailSynchronizer;
use ExchangeMail\Bundle\Sync\LateAddressSchedule;
use ExchangeMail\Bundle\Sync\LateAddressSearch;
use ExchangeMail\Bundle\Sync\MailboxQueue;
use ExchangeMail\Bundle\Sync\MailboxRun;
use ExchangeMail\Bundle\Sync\MailboxSource;
use ExchangeMail\Bundle\Sync\OriginOutcome;
use ExchangeMail\Bundle\Sync\OriginSchedule;
use ExchangeMail\Tests\Bundle\Storing\Oro\OroHost;
use Oro\Bundle\SecurityBundle\Encoder\SymmetricCrypterInterface;

/**
 * The bundle's services on a host, put together as Resources/config/sync.yml does.
 */
final class Services
{
    public readonly OriginLeases $leases;
    public readonly Transactions $transactions;
    public readonly BatchStore $store;

    public readonly FailedItemRetry $retry;

    public readonly Triggers $triggers;
    public readonly OrganizationContext $organization;
    public readonly AddressBookLoader $addressBooks;
    public readonly AddressBookProvider $recentAddressBooks;
    public readonly OriginSchedule $schedule;
    public readonly MailboxQueue $queue;
    public readonly MailboxRun $run;
    public readonly LateAddressSchedule $lateSchedule;
    public readonly LateAddressSearch $search;
    public readonly ExchangeEmailSynchronizer $synchronizer;
    public readonly BodyFactory $bodies;
    public readonly RecordingLogger $logger;

    public function __construct(public readonly OroHost $oro, public readonly EngineProviderInterface $engine)
    {
        $this->logger = new RecordingLogger();
        $this->leases = new OriginLeases($oro->doctrine);
        $this->transactions = new Transactions(
            $oro->doctrine,
            new ListenerRecovery($oro->entityListener, $oro->activityListListener),
            $this->logger
        );
        $this->organization = new OrganizationContext($oro->tokenStorage);
        $this->bodies = new BodyFactory($oro->builder, $oro->config);
        $locks = new KeyLocks();
        $places = new PlaceStore();
        $failedItems = new FailedItems($this->logger);
        $this->triggers = new Triggers($oro->optionalListeners);
        $oro->signal->setTriggers($this->triggers, $this->logger);
        $oro->autoResponses->setTriggers($this->triggers);
        $this->transactions->setSignal($oro->signal);
        $transaction = new BatchTransaction(
            $this->transactions,
            $this->leases,
            new MailStore(
                $oro->builder,
                new MessageWriter($oro->builder),
                $this->bodies,
                $places,
                $known = new KnownMail($oro->addressManager),
                $this->organization,
                $oro->dispatcher
            ),
            $places,
            new FolderStore(),
            $known,
            $failedItems,
            $this->triggers,
            $locks,
            $this->organization
        );
        $this->store = new BatchStore($transaction, $failedItems, new Culprits($oro->doctrine), $this->logger);
        $this->retry = new FailedItemRetry(
            $oro->doctrine,
            $engine,
            $transaction,
            $this->transactions,
            $this->leases,
            $failedItems,
            $this->organization
        );
        $this->addressBooks = new AddressBookLoader(
            new AddressQuery($oro->addressManager, $oro->ownership),
            $oro->addressManager
        );
        $this->recentAddressBooks = new AddressBookProvider($this->addressBooks, new LastAddressBook(), $oro->doctrine);
        $this->schedule = new OriginSchedule($oro->doctrine, $this->transactions, $this->leases);
        $this->queue = new MailboxQueue($this->leases, $oro->bufferedProducer, $oro->buffer);
        $this->lateSchedule = new LateAddressSchedule($oro->doctrine, $oro->bufferedProducer);
        $settings = new SettingsProvider($oro->config, Blank::of(SymmetricCrypterInterface::class));
        $this->run = new MailboxRun(
            $engine,
            $this->recentAddressBooks,
            new MailboxSource($oro->doctrine, $settings),
            $this->leases,
            $this->schedule,
            new OriginOutcome($this->transactions, $this->leases, $oro->dispatcher),
            $this->store,
            $this->retry,
            $this->organization,
            $this->logger
        );
        $this->search = new LateAddressSearch(
            $oro->doctrine,
            $engine,
            $this->recentAddressBooks,
            new MailboxSource($oro->doctrine, $settings),
            $this->leases,
            $this->schedule,
            $this->store,
            $this->organization,
            $this->logger
        );
        $oro->em->getEventManager()->addEventListener(
            [Events::postPersist, Events::postUpdate, Events::postFlush],
            new LateAddressListener($oro->ownerProvider, $engine, $this->organization)
        );
        $this->synchronizer = new ExchangeEmailSynchronizer(
            $engine,
            $this->schedule,
            $this->leases,
            $this->queue,
            $this->run
        );
    }
}
