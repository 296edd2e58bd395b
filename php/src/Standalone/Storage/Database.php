<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Storage;

/**
 * One SQLite file: opening, schema, statements, transactions. Knows no table.
 */
final class Database
{
    private const APPLICATION_ID = 0x45585359;
    private const SCHEMA_VERSION = 3;
    /** What makes of a version's schema the next one. */
    private const UPGRADES = [
        1 => 'ALTER TABLE copies ADD COLUMN is_seen INTEGER NOT NULL DEFAULT 1; ALTER TABLE mailboxes ADD COLUMN retry_at TEXT',
        2 => "ALTER TABLE emails RENAME COLUMN message_id TO identity; ALTER TABLE emails ADD COLUMN message_id TEXT NOT NULL DEFAULT '';"
            . ' UPDATE emails SET message_id = identity,'
            . ' identity = identity || char(10) || sent_at || char(10) || lower(from_email) || char(10) || subject',
    ];
    private const BUSY_TIMEOUT_MILLISECONDS = 10_000;

    /** @var array<string, \PDOStatement> */
    private array $statements = [];

    private function __construct(private readonly \PDO $pdo, private readonly string $path)
    {
    }

    /**
     * Opens the file, or makes it, readable for its owner only, since it holds mail.
     */
    public static function open(string $path): self
    {
        $mask = umask(0077);
        try {
            $database = self::connect($path, \PDO::SQLITE_OPEN_READWRITE | \PDO::SQLITE_OPEN_CREATE);
            $database->guard(static function () use ($database): void {
                $database->pdo->exec('PRAGMA journal_mode = WAL');
                $database->pdo->exec('PRAGMA synchronous = NORMAL');
                $database->pdo->exec('PRAGMA foreign_keys = ON');
            });
            $database->transaction(static fn () => $database->prepareSchema());
        } finally {
            umask($mask);
        }

        return $database;
    }

    /**
     * Opens the file for reading; null where there is none yet.
     */
    public static function openToRead(string $path): ?self
    {
        if (!file_exists($path)) {
            return null;
        }
        $database = self::connect($path, \PDO::SQLITE_OPEN_READWRITE);
        $database->guard(static fn () => $database->pdo->exec('PRAGMA query_only = ON'));
        $version = $database->checkOrigin();
        if (0 < $version && $version < self::SCHEMA_VERSION) {
            self::open($path);
        }

        return 0 === $version ? null : $database;
    }

    /**
     * @param list<int|string|null> $values
     */
    public function run(string $sql, array $values = []): \PDOStatement
    {
        return $this->guard(function () use ($sql, $values): \PDOStatement {
            $statement = $this->statements[$sql] ??= $this->pdo->prepare($sql);
            foreach ($values as $index => $value) {
                $type = match (true) {
                    is_int($value) => \PDO::PARAM_INT,
                    null === $value => \PDO::PARAM_NULL,
                    default => \PDO::PARAM_STR,
                };
                $statement->bindValue($index + 1, $value, $type);
            }
            $statement->execute();

            return $statement;
        });
    }

    /**
     * Runs a statement whose last placeholder takes bytes.
     *
     * @param list<int|string|null> $values
     */
    public function runWithBytes(string $sql, array $values, string $bytes): void
    {
        $this->guard(function () use ($sql, $values, $bytes): void {
            $statement = $this->statements[$sql] ??= $this->pdo->prepare($sql);
            foreach ([...$values, $bytes] as $index => $value) {
                $last = $index === count($values);
                $statement->bindValue($index + 1, $value, $last ? \PDO::PARAM_LOB : \PDO::PARAM_STR);
            }
            $statement->execute();
        });
    }

    /**
     * The first row; null where there is none.
     *
     * @param list<int|string|null> $values
     *
     * @return array<string, int|string|null>|null
     */
    public function row(string $sql, array $values = []): ?array
    {
        $statement = $this->run($sql, $values);
        $row = $statement->fetch();
        $statement->closeCursor();

        return false === $row ? null : $row;
    }

    /**
     * The first value of the first row; null where there is no row.
     *
     * @param list<int|string|null> $values
     */
    public function value(string $sql, array $values = []): int|string|null
    {
        $row = $this->row($sql, $values);

        return null === $row ? null : reset($row);
    }

    public function lastId(): int
    {
        return (int) $this->pdo->lastInsertId();
    }

    /**
     * All of it, or nothing.
     *
     * @template T
     *
     * @param callable(): T $work
     *
     * @return T
     */
    public function transaction(callable $work): mixed
    {
        $this->guard(fn () => $this->pdo->exec('BEGIN IMMEDIATE'));
        try {
            $result = $work();
            $this->guard(fn () => $this->pdo->exec('COMMIT'));

            return $result;
        } catch (\Throwable $e) {
            try {
                $this->pdo->exec('ROLLBACK');
            } catch (\PDOException) {
                // SQLite has rolled back by itself, as it does when the disk is full.
            }
            throw $e;
        }
    }

    private static function connect(string $path, int $flags): self
    {
        try {
            $pdo = new \PDO('sqlite:' . $path, null, null, [
                \PDO::ATTR_ERRMODE => \PDO::ERRMODE_EXCEPTION,
                \PDO::ATTR_DEFAULT_FETCH_MODE => \PDO::FETCH_ASSOC,
                \PDO::SQLITE_ATTR_OPEN_FLAGS => $flags,
            ]);
            $pdo->exec('PRAGMA busy_timeout = ' . self::BUSY_TIMEOUT_MILLISECONDS);
        } catch (\PDOException $e) {
            throw new DatabaseProblem(
                "The database $path cannot be opened ({$e->getMessage()}): check the setting database, the folder and its rights.",
                0,
                $e
            );
        }

        return new self($pdo, $path);
    }

    private function prepareSchema(): void
    {
        $version = $this->checkOrigin();
        if (self::SCHEMA_VERSION === $version) {
            return;
        }
        $this->guard(function () use ($version): void {
            if (0 === $version) {
                $this->pdo->exec((string) file_get_contents(__DIR__ . '/schema.sql'));
                $this->pdo->exec('PRAGMA application_id = ' . self::APPLICATION_ID);
            }
            for ($from = $version; 0 < $from && $from < self::SCHEMA_VERSION; $from++) {
                $this->pdo->exec(self::UPGRADES[$from]);
            }
            $this->pdo->exec('PRAGMA user_version = ' . self::SCHEMA_VERSION);
        });
    }

    /**
     * @return int the schema's version; 0: the file is empty
     */
    private function checkOrigin(): int
    {
        $application = (int) $this->value('PRAGMA application_id');
        $version = (int) $this->value('PRAGMA user_version');
        $tables = (int) $this->value('SELECT count(*) FROM sqlite_schema');
        if (0 === $tables && 0 === $application) {
            return 0;
        }
        if (self::APPLICATION_ID !== $application) {
            throw new DatabaseProblem("The file {$this->path} is another program's: name another one in the setting database.");
        }
        if ($version > self::SCHEMA_VERSION) {
            throw new DatabaseProblem("The database {$this->path} was made by a newer exchange-sync: use that one.");
        }

        return $version;
    }

    /**
     * @template T
     *
     * @param callable(): T $work
     *
     * @return T
     */
    private function guard(callable $work): mixed
    {
        try {
            return $work();
        } catch (\PDOException $e) {
            throw new DatabaseProblem(
                "The database {$this->path} cannot be used ({$e->getMessage()}). Nothing is half stored: check free space and"
                . ' rights, then run again.',
                0,
                $e
            );
        }
    }
}
