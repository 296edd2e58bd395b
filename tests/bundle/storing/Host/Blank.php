<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing\Host;

use PHPUnit\Framework\MockObject\Generator;

/**
 * Objects of Oro's classes whose own dependencies would be half of Oro and are not asked in these tests.
 */
final class Blank
{
    /**
     * @param class-string         $class
     * @param array<string, mixed> $answers by method: a value, or a closure that gives it
     */
    public static function of(string $class, array $answers = []): object
    {
        $object = (new Generator())->getMock($class, [], [], '', false);
        foreach ($answers as $method => $answer) {
            $stub = $object->expects(new \PHPUnit\Framework\MockObject\Rule\AnyInvokedCount())->method($method);
            $answer instanceof \Closure ? $stub->willReturnCallback($answer) : $stub->willReturn($answer);
        }

        return $object;
    }

    /**
     * The real object with only these properties set, as far as this version of Oro has them.
     *
     * @param class-string         $class
     * @param array<string, mixed> $properties a value, or a closure that makes it
     */
    public static function with(string $class, array $properties): object
    {
        $reflection = new \ReflectionClass($class);
        $object = $reflection->newInstanceWithoutConstructor();
        foreach ($properties as $name => $value) {
            if ($reflection->hasProperty($name)) {
                $reflection->getProperty($name)->setValue($object, $value instanceof \Closure ? $value() : $value);
            }
        }

        return $object;
    }
}
