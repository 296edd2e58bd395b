<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing;

use Doctrine\ORM\Events;
use Doctrine\Persistence\Event\LifecycleEventArgs;
use ExchangeMail\Tests\Bundle\Storing\Host\Mail;
use ExchangeSync\Batch;
use ExchangeSync\Message;
use Oro\Bundle\ActivityListBundle\Entity\ActivityList;
use Oro\Bundle\EmailBundle\Async\Topic\SendAutoResponsesTopic;

final class OldNewsTest extends OroTestCase
{
    public function testMailFromBeforeExchangeWasSwitchedOnTriggersNothing(): void
    {
        $origin = $this->switchedOn('2026-03-10 00:00:00');
        $this->store($origin, new Batch('jane@example.com', Mail::inbox(), [$this->from('2026-03-09'), $this->from('2026-03-11')]));

        self::assertSame(2, $this->rowCount('oro_email'));
        self::assertSame([['2026-03-11']], $this->answered());
        self::assertFalse($this->services->triggers->areMuted());
    }

    public function testMailThatASearchFindsTriggersNothing(): void
    {
        $origin = $this->switchedOn('2026-03-10 00:00:00');
        $this->services->store->store($origin, null, new Batch('jane@example.com', Mail::inbox(), [$this->from('2026-03-11')]));
        $this->services->organization->leave();

        self::assertSame(1, $this->rowCount('oro_email'));
        self::assertSame([], $this->answered());
        self::assertSame([], $this->oro->published);
    }

    public function testBrowsersAreToldOnceAndOnlyOfMailThatIsStored(): void
    {
        $origin = $this->switchedOn('2026-03-10 00:00:00');
        $open = fn (): bool => $this->oro->em->getConnection()->isTransactionActive();
        $this->oro->em->getEventManager()->addEventListener(Events::prePersist, $failure = new class () {
            public int $left = 1;

            public function prePersist(LifecycleEventArgs $args): void
            {
                if ($args->getObject() instanceof ActivityList && $this->left-- > 0) {
                    throw new class ('deadlock') extends \RuntimeException implements \Doctrine\DBAL\Exception\RetryableException {
                    };
                }
            }
        });
        $this->oro->whenPublished = static fn () => self::assertFalse($open(), 'the mail is committed');
        $this->store($origin, new Batch('jane@example.com', Mail::inbox(), [$this->from('2026-03-11'), $this->from('2026-03-12')]));

        self::assertLessThan(0, $failure->left, 'it was stored again');
        self::assertCount(1, $this->oro->published);
        self::assertSame(['hasNewEmail' => true], $this->oro->published[0][1]);
    }

    private function switchedOn(string $moment): int
    {
        $origin = $this->mailbox($this->janeId);
        $this->oro->em->getConnection()->executeStatement(
            'UPDATE oro_email_origin SET exchange_switched_on_at = :moment WHERE id = :id',
            ['moment' => $moment, 'id' => $origin]
        );
        $this->oro->producer->messages = [];

        return $origin;
    }

    private function from(string $day): Message
    {
        $date = new \DateTimeImmutable($day . ' 10:00:00 UTC');

        return Mail::message(['subject' => $day, 'sent' => $date, 'received' => $date]);
    }

    /**
     * @return list<list<string>> subjects of the mails that automatic replies are made for, by message of the queue
     */
    private function answered(): array
    {
        $sent = array_values(array_filter(
            $this->oro->producer->messages,
            static fn (array $message): bool => SendAutoResponsesTopic::getName() === $message[0]
        ));

        return array_map(fn (array $message): array => array_map(
            fn (int $id): string => $this->rows('SELECT subject FROM oro_email WHERE id = ' . $id)[0]['subject'],
            $message[1]['ids']
        ), $sent);
    }
}
