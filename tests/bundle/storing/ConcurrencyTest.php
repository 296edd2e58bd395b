<?php

declare(strict_types=1);

namespace ExchangeMail\Tests\Bundle\Storing;

use Symfony\Component\Process\Process;

final class ConcurrencyTest extends OroTestCase
{
    public function testProcessesThatStoreTheSameMessagesAtOnceMakeOneEmailOfEach(): void
    {
        $database = json_encode($this->oro->em->getConnection()->getParams(), \JSON_THROW_ON_ERROR);
        $workers = [];
        foreach ([$this->janeId => 'jane@example.com', $this->johnId => 'john@example.com'] as $userId => $mailbox) {
            $origin = $this->mailbox($userId);
            $workers[] = new Process(
                [\PHP_BINARY, __DIR__ . '/Host/worker.php', $database, (string)$origin, $this->token($origin), $mailbox, '60'],
                timeout: 120
            );
        }
        foreach ($workers as $worker) {
            $worker->start();
        }
        foreach ($workers as $worker) {
            $worker->wait();
            self::assertSame('', $worker->getErrorOutput());
            self::assertSame([60, 0], \array_slice((array)json_decode($worker->getOutput(), true), 0, 2));
        }

        self::assertSame(60, $this->rowCount('oro_email'));
        self::assertSame(60, (int)$this->rows('SELECT COUNT(DISTINCT message_id) AS n FROM oro_email')[0]['n']);
        self::assertSame(120, $this->rowCount('oro_email_user'));
        self::assertSame(60, $this->rowCount('oro_activity_list'));
        self::assertSame(0, (int)$this->rows(
            'SELECT COUNT(*) AS n FROM (SELECT email_id FROM oro_email_user GROUP BY email_id HAVING COUNT(*) <> 2) x'
        )[0]['n']);
    }
}
