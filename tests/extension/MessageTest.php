<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Extension;

use ExchangeSync;
use ExchangeSync\Batch;
use ExchangeSync\Mailbox;
use PHPUnit\Framework\TestCase;

final class MessageTest extends TestCase
{
    private ExchangeServer $server;
    private ExchangeSync $sync;

    protected function setUp(): void
    {
        $this->server = ExchangeServer::ofJaneAndJoe();
        $this->sync = new ExchangeSync($this->server->options());
    }

    public function testAMessageArrivesWithAllThatTheHostStores(): void
    {
        $this->server->deliver(ExchangeServer::JANE, (string) file_get_contents(__DIR__ . '/fixtures/offer.eml'));
        $batch = $this->firstBatch();
        self::assertSame(ExchangeServer::JANE, $batch->mailbox);
        self::assertSame(['inbox', 'Inbox'], [$batch->folder->type, $batch->folder->name]);
        self::assertNotNull($batch->checkpoint);
        self::assertNull($batch->failure);
        $message = $batch->messages[0];
        self::assertSame($message, $batch->messages[0], 'Values are made once.');
        self::assertSame('<offer-1@customer.example>', $message->messageId);
        self::assertSame('incoming', $message->direction);
        self::assertSame('Angebot für 3 Stück', $message->subject);
        self::assertSame('"Customer, Carl" <c@customer.example>', (string) $message->from);
        self::assertSame(['Customer, Carl', 'c@customer.example'], [$message->from->name, $message->from->email]);
        self::assertSame(['jane@example.com'], array_map('strval', $message->to));
        self::assertSame(['Joe Jones <joe@example.com>'], array_map('strval', $message->cc));
        self::assertSame([], $message->bcc);
        self::assertSame('2024-02-05T08:30:00+00:00', $message->sent->format(DATE_ATOM));
        self::assertSame('UTC', $message->sent->getTimezone()->getName());
        self::assertSame('high', $message->importance);
        self::assertSame('IPM.Note', $message->itemClass);
        self::assertSame(['<first@example.com>', '<second@customer.example>'], $message->references);
        self::assertSame('<second@customer.example>', $message->inReplyTo);
        self::assertSame('de-DE', $message->acceptLanguage);
        $matches = array_map(static fn($match) => [$match->email, $match->kind, $match->id, $match->role], $message->matches);
        self::assertEqualsCanonicalizing([
            ['c@customer.example', 'contact', 7, 'from'],
            ['jane@example.com', 'user', 1, 'to'],
            ['joe@example.com', 'user', 2, 'cc'],
        ], $matches);
        self::assertStringContainsString('Stück', $message->text());
        self::assertStringContainsString('<b>drei</b>', $message->html());
        [$picture, $data] = $message->attachments();
        self::assertSame(['logo@customer.example', true, 'image/png'], [$picture->contentId, $picture->inline, $picture->contentType]);
        self::assertSame(['daten.bin', false, 5], [$data->fileName, $data->inline, $data->size]);
        self::assertSame("\x00\x01\xFF\xFEA", $data->content());
    }

    public function testAValueCannotBeChanged(): void
    {
        $this->server->fill(ExchangeServer::JANE, 1);
        $batch = $this->firstBatch();
        foreach ([[$batch, 'checkpoint'], [$batch->messages[0], 'subject'], [$batch->messages[0]->from, 'email']] as [$value, $name]) {
            try {
                $value->$name = 'changed';
                self::fail("$name can be changed.");
            } catch (\Error $e) {
                self::assertStringContainsString("Cannot modify readonly property", $e->getMessage());
            }
        }
        foreach ([$batch, $batch->messages[0]->from] as $value) {
            foreach ([static fn() => clone $value, static fn() => serialize($value)] as $copy) {
                try {
                    $copy();
                    self::fail('It can be copied.');
                } catch (\Throwable $e) {
                    self::assertMatchesRegularExpression('/clone|serializ/i', $e->getMessage());
                }
            }
        }
        self::assertSame('c@customer.example', json_decode(json_encode($batch), true)['messages'][0]['from']['email']);
        self::assertStringContainsString('Mail 1', print_r($batch, true));
    }

    public function testOneMessageIsReadAndMarked(): void
    {
        $item = $this->server->deliver(ExchangeServer::JANE, ExchangeServer::mail('1@c.example', 'One', ExchangeServer::JANE));
        $message = $this->sync->message(mailbox: ExchangeServer::JANE, itemId: $item);
        self::assertSame(['One', false], [$message->subject, $message->read]);
        self::assertStringContainsString('Body of One', $message->text());
        self::assertSame([], $this->sync->setRead(ExchangeServer::JANE, itemIds: [$item], read: true));
        self::assertTrue($this->sync->message(ExchangeServer::JANE, $item)->read);
        $this->server->control('delete', ['mailbox' => ExchangeServer::JANE, 'item' => $item]);
        self::assertNull($this->sync->message(ExchangeServer::JANE, $item));
        self::assertSame([$item], $this->sync->setRead(ExchangeServer::JANE, [$item], false));
    }

    /**
     * The first batch of Jane's with mail in it.
     */
    private function firstBatch(): Batch
    {
        foreach ($this->sync->run([new Mailbox(ExchangeServer::JANE)], ExchangeServer::book()) as $batch) {
            if ([] !== $batch->messages) {
                return $batch;
            }
        }
        self::fail('No message.');
    }
}
