<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Synchronization;

use ExchangeMail\Standalone\Storage\Database;
use ExchangeMail\Standalone\Storage\DatabaseProblem;

/**
 * Lets one process at a time synchronize into a database. The system frees the lock when the process ends, however it ends.
 */
final class RunLock
{
    /**
     * @param resource $file
     */
    private function __construct(private $file)
    {
    }

    /**
     * @throws AnotherRun
     */
    public static function take(string $database): self
    {
        $path = "$database.lock";
        $file = @fopen($path, 'c+');
        if (false === $file) {
            throw new DatabaseProblem("The file $path cannot be written: check the setting database, the folder and its rights.");
        }
        if (!flock($file, LOCK_EX | LOCK_NB)) {
            $holder = trim((string) stream_get_contents($file));
            throw new AnotherRun(sprintf(
                'Another run%s works on the database %s. Wait until it has ended, or stop it with Ctrl-C or SIGTERM.',
                '' === $holder ? '' : " ($holder)",
                $database
            ));
        }
        ftruncate($file, 0);
        fwrite($file, sprintf('process %d, since %s UTC', getmypid(), gmdate('Y-m-d H:i:s')));
        fflush($file);

        return new self($file);
    }

    /**
     * @template T
     *
     * @param callable(Database): T $work
     *
     * @return T
     *
     * @throws AnotherRun
     */
    public static function during(string $database, callable $work): mixed
    {
        $lock = self::take($database);
        try {
            return $work(Database::open($database));
        } finally {
            $lock->release();
        }
    }

    public function release(): void
    {
        ftruncate($this->file, 0);
        fclose($this->file);
    }
}
