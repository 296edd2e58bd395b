<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Unit;

use ExchangeMail\Bundle\Settings\SettingLabels;
use PHPUnit\Framework\TestCase;
use Symfony\Component\Translation\Loader\YamlFileLoader;
use Symfony\Component\Translation\Translator;

/**
 * Whether what the engine says of its options reads like the configuration page.
 */
final class SettingLabelsTest extends TestCase
{
    private const ROOT = __DIR__ . '/../../..';

    /**
     * @testWith ["The setting 'server' is 'x'.", "The setting \"Server\" is 'x'."]
     *           ["Check oauth_client_id and oauth_scope, and more.", "Check \"Client ID\" and \"Scope\", and more."]
     *           ["Set ca_file to a readable PEM file.", "Set \"Certificate Authority File\" to a readable PEM file."]
     *           ["Set 'version' to 'auto'.", "Set \"Version\" to \"Detect\"."]
     *           ["The option 'since' must be a date.", "The option \"Start Date\" must be a date."]
     *           ["https://a.test/oauth_scope.aspx gave a page.", "https://a.test/oauth_scope.aspx gave a page."]
     *           ["The server refused the login 'svc' with a password.", "The server refused the login 'svc' with a password."]
     */
    public function testOptionsAreCalledByTheLabelsOfThePageAndNothingElseIsChanged(string $message, string $expected): void
    {
        self::assertSame($expected, $this->labels()->explain($message));
    }

    public function testEveryOptionThatTheSettingsFillHasALabel(): void
    {
        preg_match_all("~^    \\*     (\w+)\??: ~m", str_replace('         *', '    *', self::stubs()), $options);
        self::assertContains('oauth_scope', $options[1]);
        foreach (array_diff($options[1], ['batch_size', 'connect_timeout', 'request_timeout', 'max_message_bytes']) as $name) {
            self::assertStringNotContainsString($name, $this->labels()->explain("Set '$name'."), $name);
        }
    }

    public function testAListOfOptionsIsAListOfLabels(): void
    {
        self::assertSame('"Login", "Domain List"', $this->labels()->list(['login', 'domains']));
    }

    private static function stubs(): string
    {
        return (string)file_get_contents(self::ROOT . '/php/stubs/exchange_sync.php');
    }

    private function labels(): SettingLabels
    {
        $translator = new Translator('en');
        $translator->addLoader('yml', new YamlFileLoader());
        $translator->addResource('yml', self::ROOT . '/php/src/Bundle/Resources/translations/messages.en.yml', 'en');

        return new SettingLabels($translator);
    }
}
