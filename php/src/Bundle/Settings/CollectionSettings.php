<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Settings;

/**
 * Which mail is collected, and what becomes of it.
 */
final readonly class CollectionSettings
{
    /**
     * @param list<string>            $folders          names, paths or distinguished ids; none: every mail folder but
     *                                                  drafts, junk, outbox, deleted
     * @param \DateTimeImmutable|null $since            older mail is not collected; null: all
     * @param bool                    $ownerIsRecipient whether mail in a mailbox counts as sent to its owner (Bcc, lists)
     * @param bool                    $skipPrivate      whether mail marked private, personal or confidential is left
     *                                                  on the server
     * @param list<string>            $journalMailboxes addresses of mailboxes that hold journal reports
     * @param bool                    $allowOptOut      whether users may keep their mailbox from being read
     */
    public function __construct(
        public array $folders = [],
        public ?\DateTimeImmutable $since = null,
        public bool $ownerIsRecipient = false,
        public bool $skipPrivate = false,
        public array $journalMailboxes = [],
        public SystemMailboxesCollect $systemMailboxesCollect = SystemMailboxesCollect::Addressed,
        public bool $allowOptOut = false
    ) {
    }

    /**
     * @return array<string, mixed> options of \ExchangeSync; what is not set is left to the engine
     */
    public function toEngineOptions(): array
    {
        return array_filter([
            'folders' => $this->folders,
            'since' => $this->since?->format('Y-m-d'),
            'owner_is_recipient' => $this->ownerIsRecipient,
            'skip_private' => $this->skipPrivate,
            'journal_mailboxes' => $this->journalMailboxes,
        ]);
    }
}
