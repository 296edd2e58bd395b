//! HTTP to `Exchange.asmx`: connections, authentication, TLS, throttling. Knows no SOAP.

mod answer;
mod auth;
mod choice;
mod client;
mod connection;
mod error;
mod exchange;
mod failure;
mod hanging;
mod https;
mod page;
mod pool;
mod proxy;
mod resolver;
mod route;
mod secret;
mod settings;
pub mod throttle;
mod tls;

pub(crate) use answer::make_room;
pub use answer::{Answer, Sink};
pub use client::Transport;
pub use error::{CertificateProblem, Error, TokenTrouble};
pub use hanging::Hanging;
pub use proxy::Proxy;
pub use route::{Affinity, Route};
pub use secret::Secret;
pub use settings::{OAuth, Scheme, Settings, TlsLevel};

pub(crate) use page::Page;
pub(crate) use settings::is_loopback;
