<?php

// Reads one large message and tells what memory it took.

declare(strict_types=1);

require __DIR__ . '/common.php';

foreach (sync()->run(jane(), book()) as $batch) {
    foreach ($batch->messages as $message) {
        [$attachment] = $message->attachments();
        $before = memory_get_usage();
        $content = $attachment->content();
        echo json_encode([
            'size' => $attachment->size,
            'hash' => hash('sha256', $content),
            'php_before' => $before,
            'php_peak' => memory_get_peak_usage(),
        ]), "\n";
        unset($content);
    }
}
preg_match('/VmHWM:\s+(\d+) kB/', (string) file_get_contents('/proc/self/status'), $match);
echo json_encode(['process_peak' => 1024 * (int) $match[1]]), "\n";
