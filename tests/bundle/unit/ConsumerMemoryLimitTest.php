<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Unit;

use ExchangeMail\Bundle\Sync\ConsumerMemoryLimit;
use Oro\Component\MessageQueue\Client\ConsumeMessagesCommand;
use PHPUnit\Framework\TestCase;
use Symfony\Component\Console\Command\Command;
use Symfony\Component\Console\Event\ConsoleCommandEvent;
use Symfony\Component\Console\Input\ArrayInput;
use Symfony\Component\Console\Input\InputDefinition;
use Symfony\Component\Console\Input\InputOption;
use Symfony\Component\Console\Output\NullOutput;

final class ConsumerMemoryLimitTest extends TestCase
{
    public function testItIsThatOfTheConsumerInMegabytes(): void
    {
        $consumer = (new \ReflectionClass(ConsumeMessagesCommand::class))->newInstanceWithoutConstructor();

        self::assertTrue(self::isReached($consumer, '1'));
        self::assertFalse(self::isReached($consumer, '100000'));
        self::assertFalse(self::isReached($consumer, null), 'a consumer without a limit');
        self::assertFalse(self::isReached(new Command('other'), '1'), 'another command');
    }

    private static function isReached(Command $command, ?string $limit): bool
    {
        $input = new ArrayInput(
            null === $limit ? [] : ['--memory-limit' => $limit],
            new InputDefinition([new InputOption('memory-limit', null, InputOption::VALUE_REQUIRED)])
        );
        $memory = new ConsumerMemoryLimit();
        $memory->onCommand(new ConsoleCommandEvent($command, $input, new NullOutput()));

        return $memory->isReached();
    }
}
