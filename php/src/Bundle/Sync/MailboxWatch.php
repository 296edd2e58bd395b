<?php

declare(strict_types=1);

namespace ExchangeMail\Bundle\Sync;

use Doctrine\Persistence\ManagerRegistry;
use ExchangeMail\Bundle\Engine\EngineProviderInterface;
use ExchangeMail\Bundle\Settings\ExchangeSettings;
use ExchangeMail\Bundle\Settings\SettingsProvider;
use ExchangeMail\Engine\NewsSwarm;
use ExchangeSync\News;
use ExchangeSync\Watch;
use Psr\Log\LoggerInterface;

/**
 * Sends mailboxes to the message queue as soon as they have news. Reads no mail, and what it misses comes with the next cron: a
 * mailbox that is just being read, or one that can't be watched.
 */
class MailboxWatch
{
    private const LOOK_AROUND_IN_SECONDS = 60;

    /** A signal and a limit wait so long. */
    private const WAIT_IN_SECONDS = 1.0;

    /** Each message of the queue costs one reading of the address book: news that come together go together. */
    private const SWARM_IN_SECONDS = 1.0;

    /** @var array<string, list<int>> origin ids by address */
    private array $originIds = [];

    /** @var array<string, true> by address, of those that are not watched yet */
    private array $putOff = [];

    private ?ExchangeSettings $settings = null;

    private ?Watch $watch = null;

    public function __construct(
        private readonly ManagerRegistry $doctrine,
        private readonly EngineProviderInterface $engines,
        private readonly SettingsProvider $settingsProvider,
        private readonly OriginSchedule $schedule,
        private readonly MailboxQueue $queue,
        private readonly LoggerInterface $logger
    ) {
    }

    /**
     * @param callable(): bool         $isOver asked every second
     * @param null|callable(int): void $tell   told how many mailboxes are watched, whenever that changes
     *
     * @throws \ExchangeSync\Exception
     */
    public function run(callable $isOver, ?callable $tell = null): void
    {
        $nextLook = 0.0;
        while (!$isOver()) {
            if (microtime(true) >= $nextLook) {
                if ($this->lookAround() && null !== $tell) {
                    $tell(\count($this->originIds) - \count($this->putOff));
                }
                $nextLook = microtime(true) + self::LOOK_AROUND_IN_SECONDS;
            }
            if (null === $this->watch) {
                usleep((int)(self::WAIT_IN_SECONDS * 1_000_000));
                continue;
            }
            $originIds = $this->collect($this->watch);
            if ([] !== $originIds) {
                $this->queue->send($this->schedule->only($originIds, false));
                $this->queue->flush();
            }
        }
        $this->watch = null;
    }

    /**
     * Starts a new watch where mailboxes or settings are others than before.
     *
     * @return bool whether they are
     */
    private function lookAround(): bool
    {
        // what Doctrine has read once it would not read again
        foreach ($this->doctrine->getManagers() as $manager) {
            $manager->clear();
        }
        $this->settingsProvider->reload();
        $settings = $this->settingsProvider->getSettings();
        $mailboxes = $this->engines->isEnabled() ? $this->schedule->watchable() : new WatchableMailboxes();
        $due = $mailboxes->due();
        if (
            $mailboxes->originIds === $this->originIds
            && $settings == $this->settings
            && [] === array_intersect_key($this->putOff, $due)
        ) {
            return false;
        }
        $this->watch = null;
        if ([] !== $due) {
            $this->watch = $this->engines->get()->watch(array_map('strval', array_keys($due)));
        }
        $this->originIds = $mailboxes->originIds;
        $this->putOff = $mailboxes->putOff;
        $this->settings = $settings;
        $this->logger->info('Exchange: the watched mailboxes changed.', ['mailboxes' => \count($due)]);

        return true;
    }

    /**
     * @return list<int> origins with news
     */
    private function collect(Watch $watch): array
    {
        $originIds = [];
        foreach (NewsSwarm::collect($watch, self::WAIT_IN_SECONDS, self::SWARM_IN_SECONDS) as $news) {
            if (null !== $news->failure) {
                $this->fail($news);
                if (null === $this->watch) {
                    return [];
                }
            } else {
                array_push($originIds, ...$this->originIds[$news->mailbox] ?? []);
            }
        }

        return array_values(array_unique($originIds));
    }

    private function fail(News $news): void
    {
        $this->logger->warning('Exchange: a mailbox is not watched; cron reads it.', [
            'mailbox' => $news->mailbox,
            'code' => $news->failure->code,
            'error' => $news->failure->message,
            'remedy' => $news->failure->remedy,
        ]);
        if (null !== $news->failure->retryAt) {
            $this->schedule->postpone($this->originIds[$news->mailbox] ?? [], $news->failure->retryAt);
        }
        if (OriginOutcome::isLoginRefused($news->failure)) {
            $this->schedule->postponeAll(OriginOutcome::pauseEnd());
            $this->watch = null;
            $this->originIds = [];
        }
    }
}
