<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Extension;

use DateTimeImmutable;
use ExchangeSync;
use ExchangeSync\ConfigurationException;
use PHPUnit\Framework\TestCase;

final class OptionsTest extends TestCase
{
    private const GOOD = [
        'server' => 'mail.example.com',
        'login' => 'svc',
        'password' => 'secret',
        'domains' => ['example.com'],
    ];

    public function testCompleteOptionsMakeAnObjectWithoutAnyTraffic(): void
    {
        $all = [
            'version' => 'Exchange2013_SP1',
            'auth' => 'basic',
            'ca_file' => null,
            'proxy' => 'http://jane:secret@proxy.example.com:3128',
            'concurrency' => 4,
            'batch_size' => 50,
            'since' => new DateTimeImmutable('2024-01-01'),
            'folders' => ['inbox', 'Projects/2024'],
            'connect_timeout' => 2.5,
            'request_timeout' => 60,
            'max_message_bytes' => 1 << 20,
        ];
        self::assertInstanceOf(ExchangeSync::class, new ExchangeSync(self::GOOD + $all));
        self::assertInstanceOf(ExchangeSync::class, new ExchangeSync(self::GOOD + ['since' => '2024-01-31']));
        self::assertInstanceOf(ExchangeSync::class, new ExchangeSync(self::GOOD + ['since' => '2024-01-31T08:00:00+02:00']));
        self::assertInstanceOf(ExchangeSync::class, new ExchangeSync(self::GOOD + ['since' => '2024-01-31T08:00:00']));
    }

    /**
     * @dataProvider wrongOptions
     */
    public function testTheErrorNamesTheOptionAndWhatItTakes(array $options, string $name, string $says): void
    {
        try {
            new ExchangeSync($options + self::GOOD);
            self::fail('No exception.');
        } catch (ConfigurationException $e) {
            self::assertStringContainsString("'$name'", $e->getMessage());
            self::assertStringContainsString($says, $e->getMessage());
            self::assertNotSame('', $e->remedy);
            self::assertStringEndsWith($e->remedy, $e->getMessage());
        }
    }

    public static function wrongOptions(): iterable
    {
        yield 'server of a wrong type' => [['server' => 17], 'server', 'must be a string of UTF-8; it is 17'];
        yield 'empty server' => [['server' => ''], 'server', 'an empty string'];
        yield 'server that is null' => [['server' => null], 'server', 'it is null'];
        yield 'login that is an array' => [['login' => []], 'login', 'it is array'];
        yield 'domains as a string' => [['domains' => 'example.com'], 'domains', 'a list of strings; it is string'];
        yield 'no domain' => [['domains' => []], 'domains', 'empty'];
        yield 'blank domain' => [['domains' => [' ']], 'domains', 'not empty'];
        yield 'domain that is none' => [['domains' => ['a@b']], 'domains', 'a@b'];
        yield 'proxy without a scheme' => [['proxy' => 'proxy.example.com:3128'], 'proxy', 'http://'];
        yield 'empty proxy' => [['proxy' => ''], 'proxy', 'not empty'];
        yield 'concurrency 0' => [['concurrency' => 0], 'concurrency', 'an int from 1 to 512; it is 0'];
        yield 'concurrency as a string' => [['concurrency' => '8'], 'concurrency', 'it is string'];
        yield 'batch_size too large' => [['batch_size' => 10001], 'batch_size', 'it is 10001'];
        yield 'negative timeout' => [['connect_timeout' => -1.5], 'connect_timeout', 'it is -1.5'];
        yield 'endless timeout' => [['request_timeout' => INF], 'request_timeout', 'up to 86400'];
        yield 'since in words' => [['since' => 'yesterday'], 'since', 'ISO 8601'];
        yield 'since in a year that no mail has' => [['since' => new DateTimeImmutable('@999999999999')], 'since', 'ISO 8601'];
        yield 'since as an object' => [['since' => new \ArrayObject()], 'since', 'it is ArrayObject'];
        yield 'max_message_bytes 0' => [['max_message_bytes' => 0], 'max_message_bytes', 'at least 1'];
        yield 'folders with a number' => [['folders' => [1]], 'folders', 'a list of strings'];
        yield 'unknown version' => [['version' => 'Exchange2042'], 'version', 'Exchange2042'];
        yield 'unknown auth' => [['auth' => 'digest'], 'auth', 'digest'];
        yield 'a typing error' => [['batchsize' => 1], 'batchsize', "Did you mean 'batch_size'?"];
        yield 'another one' => [['pasword' => 'x'], 'pasword', "Did you mean 'password'?"];
        yield 'something else' => [['colour' => 'blue'], 'colour', 'Known are server, login'];
        yield 'no name' => [['x'], '0', 'Known are'];
    }

    /**
     * @testWith ["server"]
     *           ["login"]
     *           ["password"]
     *           ["domains"]
     */
    public function testTheErrorNamesWhatIsMissing(string $name): void
    {
        $options = self::GOOD;
        unset($options[$name]);
        $this->expectException(ConfigurationException::class);
        $this->expectExceptionMessage("The option '$name' is missing.");
        new ExchangeSync($options);
    }

    public function testAnObjectTakesNoOptionsByProperty(): void
    {
        $sync = new ExchangeSync(self::GOOD);
        $this->expectException(\Error::class);
        $this->expectExceptionMessage('Cannot create dynamic property ExchangeSync::$concurrency');
        $sync->concurrency = 4;
    }

    public function testOauthTakesNoLoginAndPassword(): void
    {
        $oauth = [
            'auth' => 'oauth',
            'oauth_token_url' => 'https://login.example.com/token',
            'oauth_client_id' => 'client',
            'oauth_client_secret' => 'secret',
            'oauth_scope' => 'https://outlook.office365.com/.default',
        ];
        $options = $oauth + array_diff_key(self::GOOD, ['login' => 0, 'password' => 0]);
        self::assertInstanceOf(ExchangeSync::class, new ExchangeSync($options));
        unset($options['oauth_scope']);
        $this->expectException(ConfigurationException::class);
        $this->expectExceptionMessage('oauth_scope');
        new ExchangeSync($options);
    }
}
