//! The test Exchange: a real HTTP and HTTPS server of Exchange Web Services for tests and benchmarks.
//!
//! It follows Microsoft's published schema and MS-OXWS*, not this project's client, which it does not know. Mailboxes are
//! filled by the test, from folders of `.eml` files, or by a seed; every edit shows in the folder's synchronization as on
//! a real server. Requests can be made to go wrong by script, and every request is on record.
//!
//! ```no_run
//! # async fn test() -> Result<(), Box<dyn std::error::Error>> {
//! use exchange_server::{ExchangeServer, FaultKind, FaultRule, Rights};
//!
//! let server = ExchangeServer::builder()
//!     .account("svc-oro", "secret", Rights::All)
//!     .mailbox("jane@example.com")
//!     .start()
//!     .await?;
//! let jane = server.mailbox("jane@example.com")?;
//! let item = jane.deliver("inbox", "From: joe@customer.example\r\nTo: jane@example.com\r\n\r\nHello")?;
//! server.faults().add(FaultRule::new(FaultKind::LoginPage).on("GetItem").times(2));
//! // ... run the client against server.url() ...
//! jane.move_item(&item, "inbox/Customers")?;
//! assert_eq!(server.requests().len(), 3);
//! # Ok(())
//! # }
//! ```
//!
//! The format of a company folder, the control endpoint and the generator are described in the crate's README.md.

mod builder;
mod company;
mod control;
mod error;
mod faults;
mod generate;
mod handle;
mod http;
mod journal;
mod operations;
mod settings;
mod shared;
mod soap;
mod store;

pub use builder::Builder;
pub use error::{EditError, StartError};
pub use faults::{FaultKind, FaultRule, Faults};
pub use generate::{Book, Expected, Plan, PlanError};
pub use handle::{Handle, MailboxHandle};
pub use http::tls::Certificate;
pub use journal::{RequestRecord, Stats};
pub use settings::{Bodies, Compression, Discovery, Framing, Rights};
pub use soap::{RequestVersion, ResponseCode, ServerVersion};

/// Where everything begins.
#[derive(Debug)]
pub struct ExchangeServer;

impl ExchangeServer {
    /// A server with default settings.
    pub fn builder() -> Builder {
        Builder::default()
    }
}
