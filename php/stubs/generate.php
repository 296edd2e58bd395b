<?php

// Prints the stubs that the built extension describes: php php/stubs/generate.php target/release/libexchange_sync.so

declare(strict_types=1);

if ($argc !== 2) {
    fwrite(STDERR, "Usage: php {$argv[0]} LIBRARY\n");
    exit(2);
}
if (!extension_loaded('ffi')) {
    fwrite(STDERR, "PHP's extension ffi is needed (Debian: php-common has it; load it with -d extension=ffi).\n");
    exit(1);
}

/** @var object{exchange_sync_stubs: callable} $library */
$library = FFI::cdef('const char *exchange_sync_stubs(void);', realpath($argv[1]) ?: $argv[1]);
echo $library->exchange_sync_stubs();
