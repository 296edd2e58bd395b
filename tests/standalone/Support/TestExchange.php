<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Standalone\Support;

/**
 * A running test Exchange, see tests/exchange-server/README.md.
 */
final class TestExchange
{
    public const PASSWORD = 'geheim-Passw0rd';
    public const COMPANY = __DIR__ . '/../../fixtures/company';

    /** @var resource */
    private $process;
    /** @var array<string, mixed> the line that it prints when it is ready */
    public readonly array $ready;

    public function __construct(string ...$arguments)
    {
        $program = dirname(__DIR__, 3) . '/target/debug/exchange-server';
        if (!is_executable($program)) {
            throw new \RuntimeException("$program is missing: cargo build -p exchange-server");
        }
        $process = proc_open(
            [$program, '--listen', '127.0.0.1:0', ...$arguments],
            [['file', '/dev/null', 'r'], ['pipe', 'w'], STDERR],
            $pipes,
            null,
            ['EXCHANGE_SERVER_PASSWORD' => self::PASSWORD] + getenv()
        );
        if (false === $process) {
            throw new \RuntimeException("$program does not start");
        }
        $this->process = $process;
        $line = fgets($pipes[1]);
        $this->ready = json_decode((string) $line, true, 8, JSON_THROW_ON_ERROR);
    }

    public static function withCompany(string ...$arguments): self
    {
        return new self('--company', self::COMPANY, ...$arguments);
    }

    public function __destruct()
    {
        proc_terminate($this->process, SIGKILL);
        proc_close($this->process);
    }

    public function url(): string
    {
        return $this->ready['url'];
    }

    /**
     * @return array<string, mixed>
     */
    public function control(array $command): array
    {
        return json_decode($this->request('/control', json_encode($command, JSON_THROW_ON_ERROR)), true, 16, JSON_THROW_ON_ERROR);
    }

    public function deliver(string $mailbox, string $folder, string $eml): string
    {
        $command = ['command' => 'deliver', 'mailbox' => $mailbox, 'folder' => $folder, 'eml_base64' => base64_encode($eml)];

        return $this->control($command)['item'];
    }

    /**
     * @return list<array<string, string>> rows of a control file such as expected.csv
     */
    public function csv(string $file): array
    {
        $lines = explode("\n", trim($this->request("/control/$file")));
        $head = str_getcsv((string) array_shift($lines), ',', '"', '');

        return array_map(static fn (string $line) => array_combine($head, str_getcsv($line, ',', '"', '')), $lines);
    }

    public function text(string $path): string
    {
        return $this->request($path);
    }

    private function request(string $path, ?string $body = null): string
    {
        $base = substr($this->url(), 0, (int) strpos($this->url(), '/EWS/'));
        $http = ['ignore_errors' => true, 'header' => 'Content-Type: application/json'];
        if (null !== $body) {
            $http += ['method' => 'POST', 'content' => $body];
        }
        $context = stream_context_create(['http' => $http, 'ssl' => ['verify_peer' => false, 'verify_peer_name' => false]]);
        $answer = file_get_contents($base . $path, false, $context);
        if (false === $answer || !str_contains($http_response_header[0] ?? '', ' 200')) {
            throw new \RuntimeException("The test Exchange answered $path: $answer");
        }

        return $answer;
    }
}
