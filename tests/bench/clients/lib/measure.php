<?php

/* What a PHP client's own work cost: time, processor time (all threads and children), memory. Knows no client. */

declare(strict_types=1);

final class Measure
{
    private int $base;
    private float $time;
    private float $cpu;

    /** The memory of PHP and its extensions alone is what peaks are measured from. */
    public function __construct()
    {
        file_put_contents('/proc/self/clear_refs', '5');
        $this->base = self::status('VmRSS');
        $this->begin();
    }

    /** Time and processor time count from here. */
    public function begin(): void
    {
        $this->cpu = self::cpu();
        $this->time = hrtime(true) / 1e9;
    }

    /** Most memory over PHP's own, KiB. */
    public function peak(): int
    {
        return self::status('VmHWM') - $this->base;
    }

    /** Memory now over PHP's own, KiB. */
    public function resident(): int
    {
        return self::status('VmRSS') - $this->base;
    }

    /** @return array{seconds: float, cpu: float} */
    public function spent(): array
    {
        return ['seconds' => hrtime(true) / 1e9 - $this->time, 'cpu' => self::cpu() - $this->cpu];
    }

    private static function cpu(): float
    {
        $sum = 0.0;
        foreach ([0, 1] as $whose) {
            $usage = getrusage($whose);
            $sum += $usage['ru_utime.tv_sec'] + $usage['ru_stime.tv_sec']
                + ($usage['ru_utime.tv_usec'] + $usage['ru_stime.tv_usec']) / 1e6;
        }

        return $sum;
    }

    private static function status(string $key): int
    {
        preg_match("/^$key:\s+(\d+)/m", (string) file_get_contents('/proc/self/status'), $found);

        return (int) $found[1];
    }
}
