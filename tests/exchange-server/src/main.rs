//! The test Exchange as a program, for tests in other languages, the demo and benchmarks.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use exchange_server::{Book, Certificate, Discovery, ExchangeServer, Handle, Plan, Rights, ServerVersion};
use serde_json::json;

/// Serves Exchange Web Services from .eml files or a seed; prints one JSON line when it is ready.
#[derive(Debug, Parser)]
#[command(name = "exchange-server", version)]
struct Options {
    /// Address and port; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Serve HTTPS, and write ca.pem, server.pem and server.key into this folder.
    #[arg(long, value_name = "DIR")]
    tls: Option<PathBuf>,
    /// Which certificate to show over HTTPS.
    #[arg(long, value_enum, default_value = "valid")]
    certificate: Certificate,
    /// The product to emulate.
    #[arg(long = "exchange", value_enum, default_value = "2019")]
    product: ServerVersion,
    /// A company folder, or its company.json.
    #[arg(long, value_name = "DIR")]
    company: Vec<PathBuf>,
    /// .eml files for a mailbox's inbox.
    #[arg(long, value_name = "ADDRESS=DIR")]
    mail: Vec<String>,
    /// An empty mailbox.
    #[arg(long, value_name = "ADDRESS")]
    mailbox: Vec<String>,
    /// Generate mailboxes: users=50,messages=2000,contacts=5000,matched=0.1,size=20k,seed=1.
    #[arg(long, value_name = "PLAN")]
    generate: Option<Plan>,
    /// Write the generated users.csv and contacts.csv into this folder.
    #[arg(long, value_name = "DIR", requires = "generate")]
    write_book: Option<PathBuf>,
    /// Login of the service account, which may impersonate every mailbox.
    #[arg(long, default_value = "svc")]
    user: String,
    /// Environment variable with its password.
    #[arg(long, value_name = "NAME", default_value = "EXCHANGE_SERVER_PASSWORD")]
    password_env: String,
    /// An OAuth client; its secret is the same password.
    #[arg(long, value_name = "CLIENT_ID")]
    oauth_client: Option<String>,
    /// Let the header X-Remote-User name the account: behind a proxy that authenticates.
    #[arg(long)]
    trust_proxy: bool,
    /// Answer Autodiscover with this server's own URL.
    #[arg(long)]
    autodiscover: bool,
    /// Another host name in the certificate.
    #[arg(long, value_name = "NAME")]
    host_name: Vec<String>,
    /// Each answer waits so many milliseconds.
    #[arg(long, default_value_t = 0)]
    latency: u64,
    /// Bytes a second for each connection.
    #[arg(long)]
    bandwidth: Option<u64>,
    /// Requests at once for one mailbox; more get ErrorExceededConnectionCount.
    #[arg(long)]
    connections_per_mailbox: Option<usize>,
}

fn main() -> ExitCode {
    match start(Options::parse()) {
        Ok(_server) => loop {
            // The server runs until the process is ended.
            std::thread::park();
        },
        Err(problem) => {
            eprintln!("exchange-server: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn start(options: Options) -> Result<Handle, Box<dyn std::error::Error>> {
    let password = std::env::var(&options.password_env)
        .map_err(|_| format!("set the environment variable {} to the password", options.password_env))?;
    let mut builder = ExchangeServer::builder()
        .listen(options.listen)
        .version(options.product)
        .account(&options.user, &password, Rights::All)
        .latency(Duration::from_millis(options.latency));
    if let Some(bandwidth) = options.bandwidth {
        builder = builder.bandwidth(bandwidth);
    }
    if let Some(most) = options.connections_per_mailbox {
        builder = builder.connections_per_mailbox(most);
    }
    if let Some(client) = &options.oauth_client {
        builder = builder.oauth_client(client, &password, Rights::All);
    }
    if options.trust_proxy {
        builder = builder.trust_proxy();
    }
    if options.autodiscover {
        builder = builder.discovery(Discovery::Own);
    }
    for name in &options.host_name {
        builder = builder.host_name(name);
    }
    if let Some(folder) = &options.tls {
        builder = builder.tls(options.certificate).tls_folder(folder);
    }
    for folder in &options.company {
        builder = builder.company(folder);
    }
    for address in &options.mailbox {
        builder = builder.mailbox(address);
    }
    for mail in &options.mail {
        let (address, folder) = mail.split_once('=').ok_or("--mail takes ADDRESS=DIR")?;
        builder = builder.mail(address, folder.as_ref());
    }
    let mut ready = json!({});
    if let Some(plan) = options.generate {
        if let Some(folder) = &options.write_book {
            let book = Book::new(&plan);
            std::fs::create_dir_all(folder)?;
            std::fs::write(folder.join("users.csv"), book.users_csv())?;
            std::fs::write(folder.join("contacts.csv"), book.contacts_csv())?;
        }
        ready["expected_matches"] = json!(plan.expected_matches());
        ready["messages"] = json!(plan.messages * u64::from(plan.users));
        builder = builder.generate(plan);
    }
    let server = builder.start_blocking()?;
    ready["url"] = json!(server.url());
    ready["ca"] = json!(options.tls.map(|folder| folder.join("ca.pem")));
    let mut out = std::io::stdout().lock();
    writeln!(out, "{ready}")?;
    out.flush()?;
    Ok(server)
}
