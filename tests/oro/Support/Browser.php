<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Oro\Support;

use RuntimeException;

/**
 * Chromium with Playwright, one script of browser/ at a time, signed in as the administrator.
 */
final class Browser
{
    public function __construct(private readonly Installation $oro)
    {
    }

    /**
     * Runs a script. Faults of JavaScript and refused requests on any of its pages make it fail.
     *
     * @param array<string, mixed> $input
     *
     * @return array<string, mixed> what the script answers
     */
    public function run(string $script, array $input = []): array
    {
        $input += [
            'url' => $this->oro->url,
            'user' => getenv('ORO_USER') ?: 'admin',
            'password' => getenv('ORO_PASSWORD') ?: 'admin1234',
            'pictures' => getenv('ORO_PICTURES') ?: sys_get_temp_dir(),
        ];
        $directory = \dirname(__DIR__) . '/browser';
        $process = new ConsoleProcess(
            ['node', "$directory/run.mjs", $script, json_encode($input, \JSON_THROW_ON_ERROR)],
            $directory
        );
        $result = $process->wait(240);
        if (0 !== $result->code) {
            throw new RuntimeException("browser/$script.mjs: $result->output");
        }

        return json_decode($result->output, true, 32, \JSON_THROW_ON_ERROR);
    }
}
