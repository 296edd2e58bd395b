<?php

declare(strict_types=1);

namespace ExchangeMail\Standalone;

/**
 * What the program's exit code tells a script.
 */
final class ExitCode
{
    public const OK = 0;
    /** The run went through, but a mailbox failed; its mail follows with the next run. */
    public const MAILBOX_FAILED = 1;
    /** Arguments, configuration or an address file must be corrected. */
    public const CONFIGURATION = 2;
    /** PHP lacks the extension or a package. */
    public const INSTALLATION = 3;
    /** The server could not be used at all. */
    public const SERVER = 4;
    /** Another run works on the same database. */
    public const ANOTHER_RUN = 5;
    /** The database could not be read or written. */
    public const DATABASE = 6;
    /** Stopped by SIGINT or SIGTERM; the next run goes on. */
    public const INTERRUPTED = 130;
}
