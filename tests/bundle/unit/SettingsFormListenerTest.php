<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Unit;

use ExchangeMail\Bundle\EventListener\SettingsFormListener;
use Oro\Bundle\ConfigBundle\Config\ConfigManager;
use Oro\Bundle\ConfigBundle\Event\ConfigSettingsUpdateEvent;
use PHPUnit\Framework\TestCase;

final class SettingsFormListenerTest extends TestCase
{
    private string $proposal;

    protected function setUp(): void
    {
        $this->proposal = gmdate('Y-m-d', strtotime('today -90 days UTC'));
    }

    public function testTheFormProposesTheLast90DaysUntilADateIsSaved(): void
    {
        self::assertSame($this->proposal, $this->proposed([]));
        self::assertSame('2020-01-01', $this->proposed(['start_date' => '2020-01-01']));
        self::assertNull($this->proposed(['start_date' => null]), 'Emptied by an administrator: all mail.');
    }

    public function testSwitchedOnByAnotherWayThanTheFormTheDateIsStoredSoThatItDoesNotSlide(): void
    {
        self::assertSame($this->proposal, $this->save(['enabled' => '1'], [])['start_date']);
    }

    public function testAnEmptiedDateAStoredDateAndASettingOfAnotherKindStayAsTheyAre(): void
    {
        self::assertNull($this->save(['enabled' => true, 'start_date' => null], [])['start_date']);
        self::assertSame(['enabled' => true], $this->save(['enabled' => true], ['start_date' => '2020-01-01']));
        self::assertSame(['enabled' => false], $this->save(['enabled' => false], []));
        self::assertSame(['server' => 'a'], $this->save(['server' => 'a'], []));
    }

    public function testASecretThatIsNotInUseDoesNotFollowToAnotherServer(): void
    {
        $stored = ['server' => 'mail.example.com', 'password' => 'p', 'oauth_client_secret' => 's', 'oauth_token_url' => 'https://a/'];
        $kept = array_diff_key($stored, ['server' => '']);

        $saved = $this->save(['auth' => 'oauth', 'server' => 'evil.test'] + $kept, $stored);
        self::assertNull($saved['password']);
        self::assertSame('s', $saved['oauth_client_secret'], 'The form has asked for it.');

        $saved = $this->save(['auth' => 'ntlm', 'server' => 'evil.test'] + $kept, $stored);
        self::assertNull($saved['oauth_client_secret']);
        self::assertSame('p', $saved['password']);

        $saved = $this->save(['auth' => 'auto', 'server' => 'mail.example.com', 'oauth_token_url' => 'https://b/'] + $kept, $stored);
        self::assertNull($saved['oauth_client_secret']);

        self::assertSame($stored + ['auth' => 'auto'], $this->save($stored + ['auth' => 'auto'], $stored));
    }

    /**
     * @param array<string, mixed> $stored
     */
    private function proposed(array $stored): mixed
    {
        $settings = ['exchange_mail___start_date' => ['value' => $stored['start_date'] ?? null]];
        $event = $this->event($this->config($stored), $settings);
        (new SettingsFormListener())->onFormPreset($event);

        return $event->getSettings()['exchange_mail___start_date']['value'];
    }

    /**
     * @param array<string, mixed> $submitted values by setting name
     * @param array<string, mixed> $stored
     *
     * @return array<string, mixed> what is saved
     */
    private function save(array $submitted, array $stored): array
    {
        $settings = [];
        foreach ($submitted as $name => $value) {
            $settings['exchange_mail.' . $name] = ['value' => $value];
        }
        $event = $this->event($this->config($stored), $settings);
        (new SettingsFormListener())->onBeforeSave($event);

        $saved = [];
        foreach ($event->getSettings() as $name => $setting) {
            $saved[substr($name, \strlen('exchange_mail.'))] = $setting['value'];
        }

        return $saved;
    }

    /**
     * @param array<string, mixed> $settings
     */
    private function event(ConfigManager $config, array $settings): ConfigSettingsUpdateEvent
    {
        $event = $this->createMock(ConfigSettingsUpdateEvent::class);
        $event->method('getConfigManager')->willReturn($config);
        $event->method('getSettings')->willReturnCallback(static function () use (&$settings): array {
            return $settings;
        });
        $event->method('setSettings')->willReturnCallback(static function (array $changed) use (&$settings): void {
            $settings = $changed;
        });

        return $event;
    }

    /**
     * @param array<string, mixed> $stored
     */
    private function config(array $stored): ConfigManager
    {
        $config = $this->createMock(ConfigManager::class);
        $config->method('get')->willReturnCallback(
            static fn (string $name): mixed => $stored[substr($name, \strlen('exchange_mail.'))] ?? null
        );
        $config->method('getInfo')->willReturnCallback(static fn (string $name): array => [
            'createdAt' => \array_key_exists(substr($name, \strlen('exchange_mail.')), $stored) ? new \DateTime() : null,
            'updatedAt' => null,
        ]);

        return $config;
    }
}
