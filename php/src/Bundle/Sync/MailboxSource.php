<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Sync;

use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Entity\ExchangeEmailFolder;
use ExchangeMail\Bundle\Entity\ExchangeEmailOrigin;
use ExchangeMail\Bundle\Settings\SettingsProvider;
use ExchangeMail\Bundle\Settings\SystemMailboxesCollect;
use ExchangeSync\Mailbox;

/**
 * Gives the engine a group of mailboxes with their checkpoints, and remembers which origin stands behind an address and how far
 * it came.
 */
class MailboxSource
{
    /** @var array<int, array{address: ?string, rootFolderId: ?string, rootCheckpoint: ?string, failing: bool, new: bool,
     *                        startOver: bool, system: bool, since: ?string}> by origin id */
    private array $starts = [];

    /** @var array<string, int> origin id by address, of those that are being read */
    private array $originIds = [];

    /** @var array<int, true> origin ids that the engine was given */
    private array $opened = [];

    public function __construct(
        private readonly ManagerRegistry $doctrine,
        private readonly SettingsProvider $settingsProvider
    ) {
    }

    /**
     * @param list<int> $originIds
     */
    public function load(array $originIds): void
    {
        $this->originIds = $this->opened = [];
        $starts = $this->doctrine->getManagerForClass(ExchangeEmailOrigin::class)
            ->getRepository(ExchangeEmailOrigin::class)
            ->getStarts($originIds);
        // in the order of the message
        $starts = array_filter($starts, static fn (array $start): bool => null !== $start['address']);
        $this->starts = array_intersect_key(array_replace(array_flip($originIds), $starts), $starts);
    }

    /**
     * @return list<int> origins that were never read to their end
     */
    public function newOnes(): array
    {
        return $this->withFlag('new');
    }

    /**
     * @return list<int> origins that are to be read from their beginning
     */
    public function startingOver(): array
    {
        return $this->withFlag('startOver');
    }

    /**
     * Whether the next success has something to put right: an error, or a time to wait.
     */
    public function isFailing(int $originId): bool
    {
        return $this->starts[$originId]['failing'] || $this->starts[$originId]['new'];
    }

    /**
     * @param bool $goOn false: without checkpoints, for a search
     *
     * @return \Generator<int, Mailbox>
     */
    public function open(bool $goOn = true): \Generator
    {
        $checkpoints = $goOn && [] !== $this->starts
            ? $this->doctrine->getManagerForClass(ExchangeEmailFolder::class)
                ->getRepository(ExchangeEmailFolder::class)
                ->getCheckpoints(array_keys($this->starts))
            : [];
        $ofSystemMailboxes = $this->settingsProvider->getSettings()->collection->systemMailboxesCollect;
        foreach ($this->starts as $originId => $start) {
            // two origins with one address, of a user and of a system mailbox, take turns
            if (isset($this->originIds[$start['address']])) {
                continue;
            }
            $this->originIds[$start['address']] = $originId;
            $this->opened[$originId] = true;
            $known = $checkpoints[$originId] ?? [];
            if ($goOn && !$start['startOver'] && null !== $start['rootFolderId'] && null !== $start['rootCheckpoint']) {
                $known[$start['rootFolderId']] = $start['rootCheckpoint'];
            }

            $collects = $start['system'] ? $ofSystemMailboxes : SystemMailboxesCollect::Matched;

            yield new Mailbox($start['address'], $known, $collects->value, $start['since']);
        }
    }

    public function originId(string $address): ?int
    {
        return $this->originIds[mb_strtolower($address)] ?? null;
    }

    /**
     * Whatever else comes of this mailbox is not for this run.
     */
    public function drop(string $address): void
    {
        $originId = $this->originId($address);
        if (null !== $originId) {
            unset($this->originIds[mb_strtolower($address)], $this->starts[$originId]);
        }
    }

    /**
     * @return list<int> origins that were not dropped, first those that the engine was not given
     */
    public function left(): array
    {
        return [...$this->notOpened(), ...array_intersect(array_keys($this->starts), array_keys($this->opened))];
    }

    /**
     * @return list<int> origins that the engine was not given: of two with one address the second
     */
    public function notOpened(): array
    {
        return array_values(array_diff(array_keys($this->starts), array_keys($this->opened)));
    }

    /**
     * @return list<int>
     */
    private function withFlag(string $flag): array
    {
        return array_keys(array_filter($this->starts, static fn (array $start): bool => $start[$flag]));
    }
}
