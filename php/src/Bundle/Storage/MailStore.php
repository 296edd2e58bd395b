<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Storage;

use Doctrine\ORM\EntityManagerInterface;
use ExchangeMail\Bundle\Entity\ExchangeEmail;
use ExchangeMail\Bundle\Entity\ExchangeEmailFolder;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeSync\Message;
use Oro\Bundle\EmailBundle\Builder\EmailEntityBuilder;
use Oro\Bundle\EmailBundle\Entity\Email;
use Oro\Bundle\EmailBundle\Entity\EmailBody;
use Oro\Bundle\EmailBundle\Entity\EmailFolder;
use Oro\Bundle\EmailBundle\Entity\EmailUser;
use Oro\Bundle\EmailBundle\Event\EmailBodyAdded;
use Symfony\Contracts\EventDispatcher\EventDispatcherInterface;

/**
 * Stores messages of one folder as Oro's e-mails: what the mailbox already has gets another folder, what another mailbox has
 * gets another owner, the rest is new. To be called inside a transaction. Knows no checkpoint.
 */
final class MailStore
{
    public function __construct(
        private readonly EmailEntityBuilder $builder,
        private readonly MessageWriter $writer,
        private readonly BodyFactory $bodies,
        private readonly PlaceStore $places,
        private readonly KnownMail $known,
        private readonly OrganizationContext $organization,
        private readonly EventDispatcherInterface $eventDispatcher
    ) {
    }

    /**
     * @param non-empty-list<Message> $messages
     */
    public function store(
        EntityManagerInterface $em,
        ExchangeEmailOrigin $origin,
        ExchangeEmailFolder $folder,
        array $messages
    ): StoreResult {
        $this->builder->clear();

        $stored = null === $folder->getId() ? [] : $em->getRepository(ExchangeEmail::class)->findByItemIds(
            $folder,
            array_map(static fn (Message $message): string => $message->itemId, $messages)
        );
        $known = $this->known->find($em, $origin, $messages);
        [$emails, $users] = [$known->emails, $known->emailUsers];
        $emailFolder = $folder->getFolder();
        $owner = $origin->getMailbox() ?? $origin->getOwner();

        /** @var array<string, array{0: EmailUser, 1: ?EmailBody}> $new by key */
        $new = [];
        /** @var array<string, EmailUser> $items by EWS ItemId */
        $items = [];
        foreach ($messages as $message) {
            if (isset($stored[$message->itemId]) || isset($items[$message->itemId])) {
                ($stored[$message->itemId] ?? null)?->confirm();
                continue;
            }
            $id = $known->keys[$message->itemId];
            if (isset($users[$id])) {
                $this->places->add($em, $origin, $users[$id], $emailFolder);
            } elseif (!isset($new[$id])) {
                $body = self::hasBody($emails[$id] ?? null) ? null : $this->bodies->create($message);
                $new[$id] = [
                    $this->writer->write($message, $id, $emailFolder, $owner, $origin->getOrganization()),
                    $body,
                ];
            }
            $items[$message->itemId] = $users[$id] ?? $new[$id][0];
        }

        $this->builder->getBatch()->persist($em);
        $toAnnounce = $this->attachBodies($new, $emails);
        $this->flush($em, $emailFolder, array_diff_key($new, $emails), array_intersect_key($new, $emails));
        // the batch has put e-mails of other mailboxes in the place of new ones
        $em->getRepository(ExchangeEmail::class)->add($folder, array_map(
            static fn (EmailUser $emailUser): int => (int)$emailUser->getEmail()->getId(),
            $items
        ));
        $this->builder->clear();

        return new StoreResult(
            \count($new),
            bodies: array_map(static fn (Email $email): int => (int)$email->getId(), $toAnnounce)
        );
    }

    /**
     * Tells Oro's listeners of bodies that were stored. They flush each time, so they get one e-mail at a time.
     *
     * @param list<int> $emailIds
     */
    public function announceBodies(EntityManagerInterface $em, array $emailIds): void
    {
        foreach ($emailIds as $emailId) {
            $em->clear();
            $this->organization->refresh($em);
            $email = $em->find(Email::class, $emailId);
            if (null !== $email) {
                $this->organization->withoutToken(
                    fn () => $this->eventDispatcher->dispatch(new EmailBodyAdded($email), EmailBodyAdded::NAME)
                );
            }
        }
    }

    /**
     * Oro's listeners look at each relation of a new e-mail in each of the flushes that they nest. That of its folder tells them
     * nothing, so it is inserted after them. But Oro gives an activity another owner when the folders of an owner's copy
     * change, not when the copy is new: so another mailbox's copy of a known e-mail gets its folder by a second flush.
     *
     * @param array<string, array{0: EmailUser, 1: ?EmailBody}> $new    by key
     * @param array<string, array{0: EmailUser, 1: ?EmailBody}> $copies of known e-mails, by key
     */
    private function flush(EntityManagerInterface $em, EmailFolder $folder, array $new, array $copies): void
    {
        foreach ([...$new, ...$copies] as [$emailUser]) {
            $emailUser->removeFolder($folder);
        }
        foreach ($new as [$emailUser]) {
            CleanCollections::of($em, $emailUser->getEmail());
        }
        $em->flush();
        $this->places->addNew($em, array_column($new, 0), $folder);
        foreach ($copies as [$emailUser]) {
            $emailUser->addFolder($folder);
        }
        if ([] !== $copies) {
            $em->flush();
        }
    }

    /**
     * Oro's listeners write the text of a body that comes later into its activity, and link attachments to records, each with
     * a flush of everything at hand. A body that is stored with its e-mail is in the activity already.
     *
     * @param array<string, array{0: EmailUser, 1: ?EmailBody}> $new   by key
     * @param array<string, Email>                              $known by key
     *
     * @return list<Email> those whose listeners have something to do
     */
    private function attachBodies(array $new, array $known): array
    {
        $emails = [];
        foreach ($new as $id => [$emailUser, $body]) {
            $email = $emailUser->getEmail();
            if (null === $body || self::hasBody($email)) {
                continue;
            }
            $email->setEmailBody($body);
            $email->setBodySynced(true);
            if (isset($known[$id]) || $body->getHasAttachments()) {
                $emails[] = $email;
            }
        }

        return $emails;
    }

    private static function hasBody(?Email $email): bool
    {
        return null !== $email?->getEmailBody();
    }
}
