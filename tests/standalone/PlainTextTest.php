<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Standalone;

use ExchangeMail\Standalone\Output\PlainText;
use PHPUnit\Framework\TestCase;
use Symfony\Component\Console\Output\BufferedOutput;

final class PlainTextTest extends TestCase
{
    /**
     * @dataProvider texts
     */
    public function testAStrangersTextCannotSteerTheTerminal(string $text, string $shown): void
    {
        $output = new BufferedOutput(BufferedOutput::VERBOSITY_NORMAL, true);

        $output->write(PlainText::line($text));

        self::assertSame($shown, $output->fetch());
    }

    public static function texts(): iterable
    {
        yield 'escape sequences' => ["Hi \e[31mred\e]0;title\x07", 'Hi [31mred ]0;title'];
        yield 'C1 control' => ["a\u{9B}31mb", 'a 31mb'];
        yield 'line breaks and tabs' => ["a\r\n\tb\u{2028}c", 'a b c'];
        yield 'reversed writing' => ["invoice\u{202E}fdp.exe", 'invoice fdp.exe'];
        yield 'console tags' => ['<error>no</error> <info>', '<error>no</error> <info>'];
        yield 'broken UTF-8' => ["caf\xE9", 'caf?'];
        yield 'letters, emoji' => ["Größe 船 👩‍👧", "Größe 船 👩‍👧"];
    }

    public function testALongTextIsCutToItsWidthOnScreen(): void
    {
        self::assertSame('船船…', PlainText::line('船船船船', 5));
    }
}
