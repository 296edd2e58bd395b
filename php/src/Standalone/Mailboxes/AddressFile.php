<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone\Mailboxes;

use ExchangeMail\Standalone\Configuration\ConfigurationProblem;

/**
 * A CSV file of addresses and their owners (columns email, id, and further ones that are ignored), read line by line.
 *
 * @implements \IteratorAggregate<int, array{0: string, 1: int}>
 */
final class AddressFile implements \IteratorAggregate
{
    public function __construct(private readonly string $path)
    {
    }

    /**
     * @return \Generator<int, array{0: string, 1: int}> e-mail address and owner id
     *
     * @throws ConfigurationProblem naming file and line
     */
    public function getIterator(): \Generator
    {
        $file = is_file($this->path) && is_readable($this->path) ? fopen($this->path, 'r') : false;
        if (false === $file) {
            throw new ConfigurationProblem("The address file {$this->path} cannot be read.");
        }
        try {
            yield from $this->rows($file);
        } finally {
            fclose($file);
        }
    }

    /**
     * @param resource $file
     */
    private function rows($file): \Generator
    {
        $head = (string) fgets($file);
        $separator = substr_count($head, ';') > substr_count($head, ',') ? ';' : ',';
        $head = preg_replace('/^\xEF\xBB\xBF/', '', $head);
        $columns = array_flip(array_map(
            static fn (?string $name) => strtolower(trim((string) $name)),
            str_getcsv(rtrim($head, "\r\n"), $separator, '"', '')
        ));
        if (!isset($columns['email'], $columns['id'])) {
            throw new ConfigurationProblem("{$this->path}: the first line must name the columns email and id.");
        }
        for ($line = 2; false !== ($row = fgetcsv($file, null, $separator, '"', '')); $line++) {
            if ([null] === $row) {
                continue;
            }
            $email = trim((string) ($row[$columns['email']] ?? ''));
            $id = trim((string) ($row[$columns['id']] ?? ''));
            if (!preg_match('/^[1-9][0-9]{0,17}$/', $id)) {
                throw new ConfigurationProblem("{$this->path}, record $line: the id must be a whole number from 1.");
            }
            if ('' !== $email) {
                yield [$email, (int) $id];
            }
        }
    }
}
