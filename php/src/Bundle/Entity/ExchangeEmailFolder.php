<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Entity;

use Oro\Bundle\EmailBundle\Entity\EmailFolder;

/**
 * What Exchange knows about one of Oro's mail folders: its id and how far it was read.
 */
class ExchangeEmailFolder
{
    private ?int $id = null;

    private ?string $checkpoint = null;

    public function __construct(private EmailFolder $folder, private string $folderId)
    {
    }

    public function getId(): ?int
    {
        return $this->id;
    }

    public function getFolder(): EmailFolder
    {
        return $this->folder;
    }

    /**
     * The EWS FolderId; upper and lower case differ.
     */
    public function getFolderId(): string
    {
        return $this->folderId;
    }

    public function getCheckpoint(): ?string
    {
        return $this->checkpoint;
    }

    public function setCheckpoint(?string $checkpoint): self
    {
        $this->checkpoint = $checkpoint;

        return $this;
    }
}
