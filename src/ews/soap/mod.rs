//! SOAP 1.1 as Exchange speaks it: envelope out, event reader in. Knows no HTTP.
