<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Entity;

use Oro\Bundle\EmailBundle\Entity\Email;

/**
 * Where an e-mail of Oro lies in Exchange: one item in one folder. One e-mail lies in as many places as mailboxes got it.
 */
class ExchangeEmail
{
    private ?int $id = null;

    /** Item ids are case-sensitive and long: comparisons and the unique index go by this hash on every database. */
    private string $itemHash;

    /** False: the folder is being read from its beginning, and the item was not seen yet. */
    private bool $confirmed = true;

    public function __construct(private Email $email, private ExchangeEmailFolder $exchangeFolder, private string $itemId)
    {
        $this->itemHash = self::hash($itemId);
    }

    public function getId(): ?int
    {
        return $this->id;
    }

    public function getEmail(): Email
    {
        return $this->email;
    }

    public function getExchangeFolder(): ExchangeEmailFolder
    {
        return $this->exchangeFolder;
    }

    /**
     * The EWS ItemId.
     */
    public function getItemId(): string
    {
        return $this->itemId;
    }

    public function getItemHash(): string
    {
        return $this->itemHash;
    }

    /**
     * The item was seen in its folder.
     */
    public function confirm(): self
    {
        $this->confirmed = true;

        return $this;
    }

    public function isConfirmed(): bool
    {
        return $this->confirmed;
    }

    /**
     * The value of item_hash for an EWS ItemId.
     */
    public static function hash(string $itemId): string
    {
        return hash('sha256', $itemId);
    }
}
