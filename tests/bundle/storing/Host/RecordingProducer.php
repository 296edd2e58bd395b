<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing\Host;

use Oro\Component\MessageQueue\Client\MessageProducerInterface;

/**
 * Oro's message queue as a list.
 */
final class RecordingProducer implements MessageProducerInterface
{
    /** @var list<array{0: string, 1: mixed}> */
    public array $messages = [];

    public function send($topic, $message)
    {
        $this->messages[] = [$topic, $message];
    }
}
