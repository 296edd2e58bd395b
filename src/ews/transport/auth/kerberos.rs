//! SPNEGO with Kerberos (RFC 4559, 4178): the tokens of a login by the host's tickets. Knows no HTTP.
//!
//! The server is known by its certificate, so no proof of its identity is asked of it besides.

use std::time::Duration;

use super::gssapi::{Context, Gssapi};
use super::login::Login;

/// KDCs that are down are tried one after the other; longer than this nobody should wait for the next scheme.
const PATIENCE: Duration = Duration::from_secs(30);

/// One login under way.
pub(crate) struct Handshake {
    context: Context,
    wants_more: bool,
}

impl Handshake {
    /// Begins a login at `host`; the token is the server's to check.
    ///
    /// The principal is that of a login `user@domain`, where cache or keytab have it, or else their default.
    ///
    /// # Errors
    /// Why there is no ticket, in the library's words.
    pub(crate) async fn begin(host: &str, login: &str, binding: Option<Vec<u8>>) -> Result<(Self, Vec<u8>), String> {
        let (host, principal) = (host.to_owned(), Login::parse(login).kerberos());
        blocking(move || {
            let gssapi = Gssapi::get()?;
            let named = principal
                .and_then(|principal| gssapi.principal(&principal).ok())
                .and_then(|name| gssapi.credential(Some(&name)).ok());
            let credential = match named {
                Some(credential) => credential,
                None => gssapi.credential(None)?,
            };
            let context = Context::new(credential, gssapi.service(&format!("HTTP@{host}"))?, binding);
            Self {
                context,
                wants_more: true,
            }
            .step(Vec::new())
        })
        .await
    }

    /// The next token for the server's, where one is expected.
    pub(crate) async fn answer(self, token: Vec<u8>) -> Result<(Self, Vec<u8>), String> {
        if !self.wants_more {
            return Err("the server answered a login that was complete".into());
        }
        blocking(move || self.step(token)).await
    }

    fn step(mut self, token: Vec<u8>) -> Result<(Self, Vec<u8>), String> {
        let step = self.context.step(&token)?;
        self.wants_more = step.wants_more;
        Ok((self, step.token))
    }
}

/// The library reads files and asks the KDC.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, String> + Send + 'static) -> Result<T, String> {
    match tokio::time::timeout(PATIENCE, tokio::task::spawn_blocking(work)).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err("the runtime stopped".into()),
        Err(_) => Err(format!("no KDC answers within {} s", PATIENCE.as_secs())),
    }
}
