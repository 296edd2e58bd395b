<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Extension;

use PHPUnit\Framework\TestCase;

final class LargeMessageTest extends TestCase
{
    private const MIB = 1 << 20;

    private ExchangeServer $server;

    protected function setUp(): void
    {
        $this->server = ExchangeServer::ofJaneAndJoe();
    }

    public function testAMessageOf60MiBArrivesWhole(): void
    {
        $content = str_repeat(random_bytes(self::MIB), 44);
        $this->server->deliver(ExchangeServer::JANE, self::withAttachment($content));
        [$output, $code] = Program::run('large.php', ['OPTIONS' => json_encode($this->server->options())]);
        self::assertSame(0, $code, $output);
        [$message, $process] = array_map('json_decode', explode("\n", trim($output)));
        self::assertSame(44 * self::MIB, $message->size);
        self::assertSame(hash('sha256', $content), $message->hash);
        self::assertLessThan(2 * self::MIB, $message->php_before, 'What nobody asked for is not in the memory of PHP.');
        self::assertLessThan(50 * self::MIB, $message->php_peak);
        self::assertLessThan(450 * self::MIB, $process->process_peak);
    }

    public function testAnAttachmentThatPhpHasNoMemoryForEndsTheProgramAsPhpDoes(): void
    {
        $this->server->deliver(ExchangeServer::JANE, self::withAttachment(random_bytes(24 * self::MIB)));
        $environment = ['OPTIONS' => json_encode($this->server->options()), 'MEMORY' => '16M'];
        [$output, $code] = Program::run('large.php', $environment);
        self::assertStringContainsString('Allowed memory size of 16777216 bytes exhausted', $output);
        self::assertSame(255, $code, $output);
    }

    public function testALargerOneThanAllowedIsSkippedByName(): void
    {
        $item = $this->server->deliver(ExchangeServer::JANE, self::withAttachment(random_bytes(2 * self::MIB)));
        $this->server->fill(ExchangeServer::JANE, 1);
        $sync = new \ExchangeSync($this->server->options(['max_message_bytes' => self::MIB]));
        $skipped = $subjects = [];
        foreach ($sync->run([new \ExchangeSync\Mailbox(ExchangeServer::JANE)], ExchangeServer::book()) as $batch) {
            $skipped = [...$skipped, ...$batch->skipped];
            $subjects = [...$subjects, ...array_column($batch->messages, 'subject')];
        }
        self::assertSame(['Mail 1'], $subjects);
        self::assertSame([$item], array_column($skipped, 'itemId'));
        self::assertNotSame('', $skipped[0]->reason);
    }

    private static function withAttachment(string $content): string
    {
        $header = [
            'From: <' . ExchangeServer::CUSTOMER . '>',
            'To: <' . ExchangeServer::JANE . '>',
            'Subject: Large',
            'Message-ID: <large@customer.example>',
            'Date: Mon, 05 Feb 2024 09:30:00 +0100',
            'MIME-Version: 1.0',
            'Content-Type: multipart/mixed; boundary="b"',
        ];
        $part = [
            'Content-Type: application/octet-stream',
            'Content-Disposition: attachment; filename="large.bin"',
            'Content-Transfer-Encoding: base64',
        ];

        return implode("\r\n", [...$header, '', '--b', ...$part, '', chunk_split(base64_encode($content)) . '--b--', '']);
    }
}
