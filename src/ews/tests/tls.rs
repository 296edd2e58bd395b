//! TLS as the servers named in the README speak it: each row is a server of Debian's `openssl s_server` that speaks exactly that.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)] // A test panics to fail.

mod support;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bytes::Bytes;
use ews::transport::{CertificateProblem, Error, Route, Scheme, Settings, TlsLevel, Transport};
use support::settings;

/// How the server's certificate is made.
struct Identity {
    key: &'static [&'static str],
    hash: &'static str,
    subject: &'static str,
    extensions: &'static str,
    validity: &'static [&'static str],
    signer: Signer,
}

enum Signer {
    /// An authority whose certificate is in `ca_file`.
    Authority,
    /// Itself; `ca_file` has this certificate.
    Itself,
    /// Itself, and `ca_file` is not set.
    ItselfUnknown,
}

const USUAL: Identity = Identity {
    key: &["-newkey", "rsa:2048"],
    hash: "-sha256",
    subject: "/CN=localhost",
    extensions: "subjectAltName=DNS:localhost",
    validity: &["-days", "2"],
    signer: Signer::Authority,
};

/// `openssl s_server` with one certificate, answering each request with a SOAP envelope.
struct SServer {
    process: Child,
    directory: tempfile::TempDir,
    port: u16,
    ca_file: Option<PathBuf>,
}

impl Drop for SServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl SServer {
    fn start(arguments: &[&str], identity: &Identity) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let ca_file = certify(&directory, identity);
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut process = Command::new("openssl")
            .args(["s_server", "-quiet", "-accept", &format!("127.0.0.1:{port}")])
            .args(["-cert", "server.pem", "-key", "server.key"])
            .args(arguments)
            .current_dir(directory.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (mut requests, mut answers) = (process.stdout.take().unwrap(), process.stdin.take().unwrap());
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            let envelope = support::ENVELOPE;
            while let Ok(1..) = requests.read(&mut buffer) {
                let _ = write!(
                    answers,
                    "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: {}\r\n\r\n{envelope}",
                    envelope.len()
                );
                let _ = answers.flush();
            }
        });
        let server = Self {
            process,
            directory,
            port,
            ca_file,
        };
        server.wait();
        server
    }

    fn wait(&self) {
        for _ in 0..200 {
            // Not a connection: it would be the server's first.
            if std::fs::read_to_string("/proc/net/tcp")
                .is_ok_and(|table| table.contains(&format!("0100007F:{:04X} 00000000:0000 0A", self.port)))
            {
                return;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        panic!("openssl s_server does not listen: {}", self.directory.path().display());
    }

    async fn ask(&self, tls: TlsLevel) -> Result<(), Error> {
        let transport = Transport::new(Settings {
            tls,
            ca_file: self.ca_file.clone(),
            scheme: Scheme::Basic,
            request_timeout: Duration::from_secs(10),
            ..settings(
                format!("https://localhost:{}/EWS/Exchange.asmx", self.port)
                    .parse()
                    .unwrap(),
            )
        })?;
        transport.post(&Route::default(), Bytes::from_static(b"x")).await?;
        Ok(())
    }
}

/// Makes `server.pem` and `server.key`; what goes into `ca_file`.
fn certify(directory: &tempfile::TempDir, identity: &Identity) -> Option<PathBuf> {
    let openssl = |arguments: &[&str]| {
        let done = Command::new("openssl")
            .args(arguments)
            .current_dir(directory.path())
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    let request = [
        &[
            "req",
            "-nodes",
            "-keyout",
            "server.key",
            "-subj",
            identity.subject,
            identity.hash,
        ][..],
        identity.key,
    ]
    .concat();
    let itself = || {
        let extensions: Vec<&str> = ["basicConstraints=CA:FALSE", identity.extensions]
            .into_iter()
            .filter(|extension| !extension.is_empty())
            .flat_map(|extension| ["-addext", extension])
            .collect();
        openssl(
            &[
                &request[..],
                &["-x509", "-out", "server.pem"],
                identity.validity,
                &extensions,
            ]
            .concat(),
        );
    };
    match identity.signer {
        Signer::Itself => {
            itself();
            Some(directory.path().join("server.pem"))
        }
        Signer::ItselfUnknown => {
            itself();
            None
        }
        Signer::Authority => {
            let ca = [
                "req", "-x509", "-nodes", "-newkey", "rsa:2048", "-keyout", "ca.key", "-out", "ca.pem",
            ];
            openssl(&[&ca[..], &["-days", "2", "-subj", "/CN=Example Company Root"]].concat());
            openssl(&[&request[..], &["-new", "-out", "server.csr"]].concat());
            std::fs::write(directory.path().join("extensions"), identity.extensions).unwrap();
            let sign = [
                "x509",
                "-req",
                "-in",
                "server.csr",
                "-CA",
                "ca.pem",
                "-CAkey",
                "ca.key",
                "-out",
                "server.pem",
                "-extfile",
                "extensions",
                identity.hash,
            ];
            openssl(&[&sign[..], identity.validity].concat());
            Some(directory.path().join("ca.pem"))
        }
    }
}

async fn is_spoken(arguments: &[&str], identity: &Identity) {
    let server = SServer::start(arguments, identity);
    if let Err(error) = server.ask(TlsLevel::Current).await {
        panic!("{arguments:?}: {error}");
    }
}

/// Refused with a sentence that names `legacy_tls`, and spoken with it.
async fn needs_legacy_tls(arguments: &[&str], identity: &Identity) -> Error {
    let error = SServer::start(arguments, identity)
        .ask(TlsLevel::Current)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("set legacy_tls"), "{arguments:?}: {error}");
    if let Err(error) = SServer::start(arguments, identity).ask(TlsLevel::Legacy).await {
        panic!("{arguments:?} with legacy_tls: {error}");
    }
    error
}

#[tokio::test]
async fn windows_before_2016_is_spoken_to_with_each_of_its_suites() {
    for suite in [
        "ECDHE-RSA-AES256-SHA384",
        "ECDHE-RSA-AES128-SHA256",
        "ECDHE-RSA-AES256-SHA",
        "ECDHE-RSA-AES128-SHA",
        "AES256-GCM-SHA384",
        "AES128-GCM-SHA256",
        "AES256-SHA256",
        "AES128-SHA256",
        "AES256-SHA",
        "AES128-SHA",
        "DHE-RSA-AES256-GCM-SHA384",
        "DHE-RSA-AES128-GCM-SHA256",
    ] {
        is_spoken(&["-tls1_2", "-cipher", suite], &USUAL).await;
    }
}

#[tokio::test]
async fn servers_of_today_are_spoken_to() {
    is_spoken(&["-tls1_2", "-cipher", "ECDHE-RSA-AES256-GCM-SHA384"], &USUAL).await;
    is_spoken(&["-tls1_3"], &USUAL).await;
    let elliptic = Identity {
        key: &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
        ..USUAL
    };
    is_spoken(&[], &elliptic).await;
}

#[tokio::test]
async fn tls_1_0_and_1_1_need_legacy_tls_and_say_so() {
    for protocol in ["-tls1", "-tls1_1"] {
        let error = needs_legacy_tls(&[protocol, "-cipher", "ALL@SECLEVEL=0"], &USUAL).await;
        assert!(matches!(error, Error::Handshake { .. }), "{error:?}");
        assert!(error.to_string().contains("TLS 1.2"), "{error}");
    }
}

#[tokio::test]
async fn a_short_diffie_hellman_group_needs_legacy_tls() {
    let server = [
        "-tls1_2",
        "-cipher",
        "DHE-RSA-AES256-GCM-SHA384@SECLEVEL=0",
        "-dhparam",
        GROUP,
    ];
    needs_legacy_tls(&server, &USUAL).await;
}

/// 1024 bits: RFC 2409's second Oakley group, as Windows before 2016 uses it.
const GROUP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/oakley-group-2.pem");

#[tokio::test]
async fn short_keys_and_sha_1_need_legacy_tls() {
    let short = Identity {
        key: &["-newkey", "rsa:1024"],
        ..USUAL
    };
    let old = Identity { hash: "-sha1", ..USUAL };
    for identity in [short, old] {
        let error = needs_legacy_tls(&["-cipher", "ALL@SECLEVEL=0"], &identity).await;
        assert!(
            matches!(
                &error,
                Error::Certificate {
                    problem: CertificateProblem::Weak(_),
                    ..
                }
            ),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_certificate_with_only_a_common_name_is_taken_for_that_name() {
    let common_name = Identity {
        extensions: "",
        ..USUAL
    };
    is_spoken(&[], &common_name).await;

    let other = Identity {
        subject: "/CN=mail.other.example",
        ..common_name
    };
    let error = SServer::start(&[], &other).ask(TlsLevel::Legacy).await.unwrap_err();
    assert!(error.to_string().contains("only for mail.other.example"), "{error}");
}

#[tokio::test]
async fn a_server_s_own_certificate_is_trusted_where_ca_file_names_it() {
    let own = Identity {
        signer: Signer::Itself,
        ..USUAL
    };
    is_spoken(&[], &own).await;

    let unknown = Identity {
        signer: Signer::ItselfUnknown,
        ..USUAL
    };
    let error = SServer::start(&[], &unknown).ask(TlsLevel::Legacy).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("by itself") && text.contains("ca_file"), "{text}");
}

#[tokio::test]
async fn time_and_authority_are_checked_with_legacy_tls_too() {
    let expired = Identity {
        validity: &["-days", "-1"],
        ..USUAL
    };
    for tls in [TlsLevel::Current, TlsLevel::Legacy] {
        let error = SServer::start(&[], &expired).ask(tls).await.unwrap_err();
        assert!(error.to_string().contains("expired"), "{error}");

        let mut server = SServer::start(&[], &USUAL);
        server.ca_file = None;
        let error = server.ask(tls).await.unwrap_err();
        assert!(error.to_string().contains("ca_file"), "{error}");
    }
}
