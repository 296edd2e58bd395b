//! exchangelib (PyPI), a client that nobody here wrote, against every product. EXCHANGELIB_PYTHON names its interpreter.

#![allow(clippy::unwrap_used)] // helpers outside #[test]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use exchange_server::ServerVersion;
use support::*;

const HELLO: &str = "From: Ann <ann@customer.example>\r\nTo: jane@example.com\r\nSubject: hello\r\n\
Message-ID: <hello@customer.example>\r\nDate: Mon, 05 Feb 2024 10:00:00 +0100\r\nMIME-Version: 1.0\r\n\
Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b\r\n\
Content-Type: application/pdf; name=o.pdf\r\nContent-Disposition: attachment; filename=o.pdf\r\n\
Content-Transfer-Encoding: base64\r\n\r\nSGVsbG8=\r\n--b--\r\n";

#[test]
fn exchangelib_reads_synchronizes_and_edits_every_product() {
    let python = std::env::var("EXCHANGELIB_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let installed = Command::new(&python)
        .args(["-c", "import exchangelib"])
        .stderr(Stdio::null())
        .status();
    if !installed.is_ok_and(|status| status.success()) {
        println!("skipped: {python} has no exchangelib (pip install exchangelib, EXCHANGELIB_PYTHON=its interpreter)");
        return;
    }
    for version in ServerVersion::ALL {
        let server = builder().version(version).start_blocking().unwrap();
        let jane = server.mailbox(JANE).unwrap();
        jane.create_folder("inbox/Customers").unwrap();
        let hello = jane.deliver("inbox", HELLO).unwrap();
        let mut client = Command::new(&python)
            .arg(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/support/independent_client.py"
            ))
            .args([server.url(), LOGIN, PASSWORD, JANE])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut answer = client.stdin.take().unwrap();
        let mut last = String::new();
        for line in BufReader::new(client.stdout.take().unwrap()).lines() {
            last = line.unwrap();
            match last.as_str() {
                "MORE" => drop(
                    jane.deliver("inbox", mail("more", "ann@customer.example", JANE))
                        .unwrap(),
                ),
                "READ" => jane.mark_read(&hello, true).unwrap(),
                _ => continue,
            }
            answer.write_all(b"\n").unwrap();
        }
        assert!(client.wait().unwrap().success(), "{version:?}");
        assert_eq!(last, "DONE", "{version:?}");
    }
}
