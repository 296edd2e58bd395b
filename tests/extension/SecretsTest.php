<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Extension;

use Error;
use ExchangeSync;
use ExchangeSync\Exception;
use PHPUnit\Framework\TestCase;
use Throwable;

final class SecretsTest extends TestCase
{
    private const PASSWORD = 'Sesame-4711';

    public function testNothingThatShowsAnObjectShowsThePassword(): void
    {
        $sync = $this->sync();
        $shown = [
            'print_r' => print_r($sync, true),
            'var_export' => var_export($sync, true),
            'var_dump' => $this->dumped($sync),
            'json_encode' => json_encode($sync, JSON_THROW_ON_ERROR),
            'cast' => print_r((array) $sync, true),
            'get_object_vars' => print_r(get_object_vars($sync), true),
            'reflection' => (string) new \ReflectionObject($sync),
            'debug_zval' => $this->refcounts($sync),
        ];
        foreach ($shown as $way => $text) {
            self::assertStringNotContainsString(self::PASSWORD, $text, $way);
        }
        self::assertSame('{}', $shown['json_encode']);
    }

    public function testItCannotBeSerializedOrCloned(): void
    {
        self::assertThrows(\Exception::class, fn() => serialize($this->sync()), 'Serialization');
        self::assertThrows(Error::class, fn() => clone $this->sync(), 'clone');
    }

    public function testTracesHideTheOptions(): void
    {
        ini_set('zend.exception_ignore_args', '0');
        try {
            new ExchangeSync(['password' => self::PASSWORD, 'domain' => []]);
            self::fail('No exception.');
        } catch (Exception $e) {
            $frame = $e->getTrace()[0];
            self::assertSame('__construct', $frame['function']);
            self::assertInstanceOf(\SensitiveParameterValue::class, $frame['args'][0]);
            $shown = $e->getMessage() . $e->getTraceAsString() . print_r($frame, true) . $this->dumped($frame);
            self::assertStringNotContainsString(self::PASSWORD, $shown);
        }
    }

    public function testTheErrorOfAWrongPasswordDoesNotTellIt(): void
    {
        $server = ExchangeServer::ofJaneAndJoe();
        $sync = new ExchangeSync($server->options(['password' => 'wrong-4712']));
        try {
            $sync->check(ExchangeServer::JANE);
            self::fail('No exception.');
        } catch (Exception $e) {
            self::assertStringNotContainsString('wrong-4712', $e . print_r($e->getTrace()[0], true));
        }
    }

    private function sync(): ExchangeSync
    {
        return new ExchangeSync([
            'server' => 'mail.example.com',
            'login' => 'svc',
            'password' => self::PASSWORD,
            'domains' => ['example.com'],
        ]);
    }

    private function dumped(mixed $value): string
    {
        ob_start();
        var_dump($value);

        return (string) ob_get_clean();
    }

    private function refcounts(mixed $value): string
    {
        ob_start();
        debug_zval_dump($value);

        return (string) ob_get_clean();
    }

    /** @param class-string<Throwable> $class */
    private static function assertThrows(string $class, callable $action, string $word): void
    {
        try {
            $action();
        } catch (Throwable $e) {
            self::assertInstanceOf($class, $e);
            self::assertStringContainsStringIgnoringCase($word, $e->getMessage());

            return;
        }
        self::fail("No $class.");
    }
}
