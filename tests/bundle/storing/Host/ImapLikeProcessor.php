<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing\Host;

use ExchangeMail\Bundle\Storage\BodyFactory;
use ExchangeSync\Message;
use Oro\Bundle\EmailBundle\Entity\Email;
use Oro\Bundle\EmailBundle\Entity\EmailBody;
use Oro\Bundle\EmailBundle\Entity\EmailFolder;
use Oro\Bundle\EmailBundle\Entity\EmailOrigin;
use Oro\Bundle\EmailBundle\Event\EmailBodyAdded;
use Oro\Bundle\EmailBundle\Model\EmailHeader;
use Oro\Bundle\EmailBundle\Provider\EmailBodyLoaderInterface;
use Oro\Bundle\EmailBundle\Provider\EmailBodyLoaderSelector;
use Oro\Bundle\EmailBundle\Sync\AbstractEmailSynchronizationProcessor;
use Oro\Bundle\EmailBundle\Sync\EmailBodySynchronizer;
use Oro\Bundle\EmailBundle\Sync\EmailSyncNotificationBag;
use Oro\Bundle\EmailBundle\Sync\KnownEmailAddressCheckerInterface;
use Oro\Bundle\NotificationBundle\NotificationAlert\NotificationAlertManager;
use Psr\Log\NullLogger;

/**
 * Oro's own way of storing mail, as its IMAP synchronization goes it: headers in batches by Oro's base processor, then one body
 * after the other by Oro's body synchronizer. For the benchmark; the server's part is free of cost.
 */
final class ImapLikeProcessor extends AbstractEmailSynchronizationProcessor implements EmailBodyLoaderInterface
{
    /** @var array<string, Message> by Message-ID */
    private array $messages = [];

    public function __construct(private readonly Services $services)
    {
        parent::__construct(
            $services->oro->em,
            $services->oro->builder,
            Blank::of(KnownEmailAddressCheckerInterface::class)
        );
        $this->setLogger(new NullLogger());
    }

    public function process(EmailOrigin $origin, $syncStartTime, EmailSyncNotificationBag $notificationBag): void
    {
        throw new \LogicException('The benchmark calls store().');
    }

    /**
     * @param list<Message> $messages
     */
    public function store(int $folderId, array $messages): void
    {
        foreach ($messages as $message) {
            $this->messages[$message->messageId] = $message;
        }
        foreach (array_chunk($messages, self::DB_BATCH_SIZE) as $chunk) {
            $folder = $this->em->find(EmailFolder::class, $folderId);
            $this->initEnv($folder->getOrigin());
            $this->emailEntityBuilder->removeEmails();
            $this->getExistingEmailUsers($folder, array_map(static fn (Message $m): string => $m->messageId, $chunk));
            foreach ($chunk as $message) {
                $this->addEmailUser(self::header($message), $folder, false, $this->currentUser, $this->currentOrganization);
            }
            $this->emailEntityBuilder->getBatch()->persist($this->em);
            $this->em->flush();
            $this->cleanUp();
        }
        $this->em->clear();

        $bodies = new EmailBodySynchronizer(
            new EmailBodyLoaderSelector([$this]),
            $this->services->oro->doctrine,
            $this->services->oro->dispatcher,
            Blank::of(NotificationAlertManager::class)
        );
        $bodies->setLogger(new NullLogger());
        $bodies->sync();
    }

    /**
     * One row after the other, as Oro's API does: an e-mail with its body, flushed, and its listeners told.
     *
     * @param list<Message> $messages
     */
    public function storeRows(int $folderId, array $messages): void
    {
        foreach ($messages as $message) {
            $folder = $this->em->find(EmailFolder::class, $folderId);
            $this->initEnv($folder->getOrigin());
            $this->emailEntityBuilder->removeEmails();
            $this->getExistingEmailUsers($folder, [$message->messageId]);
            $emailUser = $this->addEmailUser(self::header($message), $folder, false, $this->currentUser, $this->currentOrganization);
            $this->messages[$message->messageId] = $message;
            $email = $emailUser->getEmail();
            $email->setEmailBody($this->loadEmailBody($folder, $email, $this->em));
            $email->setBodySynced(true);
            $this->emailEntityBuilder->getBatch()->persist($this->em);
            $this->em->flush();
            $this->services->oro->dispatcher->dispatch(new EmailBodyAdded($email), EmailBodyAdded::NAME);
            $this->emailEntityBuilder->clear();
            $this->em->clear();
        }
    }

    public function supports(EmailOrigin $origin): bool
    {
        return true;
    }

    public function loadEmailBody(EmailFolder $folder, Email $email, $em): EmailBody
    {
        return (new BodyFactory($this->services->oro->builder, $this->services->oro->config))
            ->create($this->messages[$email->getMessageId()]);
    }

    private static function header(Message $message): EmailHeader
    {
        $header = (new EmailHeader())
            ->setSubject($message->subject)
            ->setFrom((string)$message->from)
            ->setSentAt(\DateTime::createFromImmutable($message->sent))
            ->setReceivedAt(\DateTime::createFromImmutable($message->received))
            ->setInternalDate(\DateTime::createFromImmutable($message->received))
            ->setImportance(Email::NORMAL_IMPORTANCE)
            ->setMessageId($message->messageId)
            ->setRefs([] === $message->references ? null : implode(' ', $message->references));
        foreach ($message->to as $address) {
            $header->addToRecipient((string)$address);
        }

        return $header;
    }
}
