<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Extension;

use ExchangeSync\AddressBook;
use Generator;
use RuntimeException;

/**
 * A test Exchange as a process of its own (tests/exchange-server).
 */
final class ExchangeServer
{
    public const LOGIN = 'svc';
    public const PASSWORD = 'Sesame-4711';
    public const JANE = 'jane@example.com';
    public const JOE = 'joe@example.com';
    public const CUSTOMER = 'c@customer.example';

    public readonly string $url;
    public readonly ?string $ca;
    public readonly array $ready;
    /** @var resource */
    private $process;

    /**
     * @param list<string> $arguments of the program
     */
    public function __construct(array $arguments = [])
    {
        $command = [self::program(), '--listen', '127.0.0.1:0', '--user', self::LOGIN, ...$arguments];
        $environment = ['EXCHANGE_SERVER_PASSWORD' => self::PASSWORD] + getenv();
        $process = proc_open($command, [['pipe', 'r'], ['pipe', 'w'], STDERR], $pipes, null, $environment);
        if (!is_resource($process)) {
            throw new RuntimeException('The test Exchange does not start.');
        }
        $this->process = $process;
        $line = fgets($pipes[1]);
        if (!is_string($line)) {
            throw new RuntimeException('The test Exchange ended before it was ready.');
        }
        $this->ready = json_decode($line, true, 8, JSON_THROW_ON_ERROR);
        $this->url = $this->ready['url'];
        $this->ca = $this->ready['ca'] ?? null;
    }

    public function __destruct()
    {
        proc_terminate($this->process, SIGKILL);
        proc_close($this->process);
    }

    /**
     * One with Jane's and Joe's mailboxes.
     */
    public static function ofJaneAndJoe(string ...$arguments): self
    {
        return new self(['--mailbox', self::JANE, '--mailbox', self::JOE, ...$arguments]);
    }

    /**
     * Jane and Joe are users 1 and 2, the customer is contact 7.
     */
    public static function book(): AddressBook
    {
        $book = new AddressBook();
        $book->addUsers([[self::JANE, 1], [self::JOE, 2]]);
        $book->addContacts([[self::CUSTOMER, 7]]);

        return $book;
    }

    /**
     * Options of the extension for this server.
     *
     * @return array<string, mixed>
     */
    public function options(array $more = []): array
    {
        $options = [
            'server' => $this->url,
            'login' => self::LOGIN,
            'password' => self::PASSWORD,
            'domains' => ['example.com'],
        ];

        return $more + $options;
    }

    /**
     * @param array<string, mixed> $fields of the control command, see tests/exchange-server/README.md
     *
     * @return array<string, mixed>
     */
    public function control(string $command, array $fields = []): array
    {
        $body = json_encode(['command' => $command] + $fields, JSON_THROW_ON_ERROR);
        $http = ['method' => 'POST', 'content' => $body, 'header' => 'Content-Type: application/json', 'ignore_errors' => true];
        $answer = json_decode($this->fetch('/control', $http), true) ?? [];
        if (isset($answer['error'])) {
            throw new RuntimeException($answer['error']);
        }

        return $answer;
    }

    /**
     * @return array<string, mixed>
     */
    public function stats(): array
    {
        return json_decode($this->fetch('/stats', ['method' => 'GET']), true, 16, JSON_THROW_ON_ERROR);
    }

    /**
     * Rows of a list that the server generated: [address, id].
     *
     * @param 'users'|'contacts' $list
     */
    public function rows(string $list): Generator
    {
        $lines = explode("\n", trim($this->fetch("/control/$list.csv", ['method' => 'GET'])));
        foreach (array_slice($lines, 1) as $line) {
            [$email, $id] = str_getcsv($line, ',', '"', '');
            yield [$email, (int) $id];
        }
    }

    public function deliver(string $mailbox, string $eml, array $fields = []): string
    {
        return $this->control('deliver', ['mailbox' => $mailbox, 'eml_base64' => base64_encode($eml)] + $fields)['item'];
    }

    /**
     * Delivers numbered mail of the customer to a mailbox.
     */
    public function fill(string $mailbox, int $count): void
    {
        for ($number = 1; $number <= $count; ++$number) {
            $this->deliver($mailbox, self::mail("$number@customer.example", "Mail $number", $mailbox));
        }
    }

    public static function mail(string $id, string $subject, string $to, string $from = self::CUSTOMER): string
    {
        return implode("\r\n", [
            "From: Carl Customer <$from>",
            "To: <$to>",
            "Subject: $subject",
            "Message-ID: <$id>",
            'Date: Mon, 05 Feb 2024 09:30:00 +0100',
            'MIME-Version: 1.0',
            'Content-Type: text/plain; charset=utf-8',
            '',
            "Body of $subject",
            '',
        ]);
    }

    private function fetch(string $path, array $http): string
    {
        $base = preg_replace('~/EWS/.*~i', '', $this->url);
        $tls = ['verify_peer' => false, 'verify_peer_name' => false];
        $answer = file_get_contents($base . $path, false, stream_context_create(['http' => $http, 'ssl' => $tls]));
        if (!is_string($answer)) {
            throw new RuntimeException("The test Exchange does not answer $path.");
        }

        return $answer;
    }

    private static function program(): string
    {
        return Program::built('exchange-server');
    }
}
