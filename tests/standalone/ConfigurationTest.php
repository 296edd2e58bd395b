<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Standalone;

use ExchangeMail\Standalone\Configuration\ConfigurationFile;
use ExchangeMail\Standalone\Configuration\ConfigurationProblem;
use ExchangeMail\Tests\Standalone\Support\Program;
use PHPUnit\Framework\TestCase;

final class ConfigurationTest extends TestCase
{
    private const REQUIRED = "server: s\nlogin: l\ndomains: [Example.com]\ncontacts: c.csv\nusers: /data/u.csv\n";

    public function testPathsAreRelativeToTheFile(): void
    {
        $program = new Program();
        $file = $program->write('a.yaml', self::REQUIRED . "password: p\n");

        $configuration = ConfigurationFile::read($file);

        self::assertSame(realpath($program->folder) . '/c.csv', $configuration->contacts);
        self::assertSame('/data/u.csv', $configuration->users);
        self::assertSame(realpath($program->folder) . '/exchange-sync.sqlite', $configuration->database);
        self::assertSame(['example.com'], $configuration->domains);
    }

    public function testThePasswordCanStandInAFileOrInTheEnvironment(): void
    {
        $program = new Program();
        $program->write('secret', "from file\n");
        putenv('EXCHANGE_SYNC_TEST=from environment');

        $fromFile = $this->options($program, "password_file: secret\noptions: {oauth_client_secret_env: EXCHANGE_SYNC_TEST}\n");
        $fromEnvironment = $this->options($program, "password_env: EXCHANGE_SYNC_TEST\n");

        self::assertSame('from file', $fromFile['password']);
        self::assertSame('from environment', $fromFile['oauth_client_secret']);
        self::assertSame('from environment', $fromEnvironment['password']);
        self::assertArrayNotHasKey('password_env', $fromEnvironment);
    }

    public function testOptionsReachTheEngineAsTheyAre(): void
    {
        $options = $this->options(new Program(), "password: p\noptions: {concurrency: 3, since: 2026-01-01, folders: [inbox]}\n");

        self::assertSame(3, $options['concurrency']);
        self::assertSame('2026-01-01', $options['since']->format('Y-m-d'));
        self::assertSame(['inbox'], $options['folders']);
    }

    public function testTheExampleOfTheDocumentationIsRight(): void
    {
        $program = new Program();
        $program->write('password', 'p');
        $file = $program->write('a.yaml', (string) file_get_contents(__DIR__ . '/../../docs/exchange-sync.yaml'));

        self::assertSame(['example.com'], ConfigurationFile::read($file)->domains);
    }

    /**
     * @dataProvider mistakes
     */
    public function testAMistakeIsNamedWithItsFileAndSettingButNeverWithAPassword(string $yaml, string $expected): void
    {
        $file = (new \ReflectionClass($this))->getShortName() . '.yaml';
        $program = new Program();
        try {
            ConfigurationFile::read($program->write($file, $yaml));
            self::fail('accepted');
        } catch (ConfigurationProblem $e) {
            self::assertStringContainsString($file, $e->getMessage());
            self::assertStringContainsString($expected, $e->getMessage());
            self::assertStringNotContainsString('hunter2', (string) $e);
        }
    }

    public static function mistakes(): iterable
    {
        $required = self::REQUIRED;

        yield 'illegal YAML at the password' => [$required . "password: 'hunter2\n", 'is not YAML: see line '];
        yield 'illegal YAML, tab' => [$required . "password: @hunter2\n", 'is not YAML'];
        yield 'no settings' => ["hunter2\n", 'holds no settings'];
        yield 'unknown setting' => [$required . "password: hunter2\npasword: x\n", 'unknown setting pasword'];
        yield 'engine option outside options' => [$required . "password: hunter2\nconcurrency: 3\n", 'below "options:"'];
        yield 'password that YAML takes for a number' => [$required . "password: 4711\n", 'Put quotes around'];
        yield 'two passwords' => [$required . "password: hunter2\npassword_env: HOME\n", 'only one of the settings'];
        yield 'variable that is not set' => [$required . "password_env: NO_SUCH_VARIABLE\n", 'NO_SUCH_VARIABLE'];
        yield 'password file that is not there' => [$required . "password_file: nowhere\n", '/nowhere'];
        yield 'domains that are no list' => ["server: s\ndomains: example.com\n", 'domains must be a list'];
        yield 'no contacts' => ["server: s\ndomains: [example.com]\n", 'contacts is missing'];
        yield 'options that are no map' => [$required . "options: 3\n", 'options must be a map'];
    }

    public function testAFileThatIsNotThereIsSaidWithTheOption(): void
    {
        $this->expectException(ConfigurationProblem::class);
        $this->expectExceptionMessage('--config FILE');

        ConfigurationFile::read('/nowhere/exchange-sync.yaml');
    }

    public function testADumpDoesNotShowThePassword(): void
    {
        $program = new Program();
        $file = $program->write('a.yaml', self::REQUIRED . "password: hunter2\n");

        $dump = print_r(ConfigurationFile::read($file), true);

        self::assertStringContainsString('example.com', $dump);
        self::assertStringNotContainsString('hunter2', $dump);
    }

    /**
     * @return array<string, mixed>
     */
    private function options(Program $program, string $yaml): array
    {
        $configuration = ConfigurationFile::read($program->write('a.yaml', self::REQUIRED . $yaml));
        $options = new \ReflectionProperty($configuration, 'engineOptions');

        return $options->getValue($configuration)->getValue();
    }
}
