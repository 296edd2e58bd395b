//! Where Exchange Web Services are: a URL, a host name, or an e-mail domain by Autodiscover (MS-OXDISCO, MS-OXDSCLI).
//! Knows no mail.
//!
//! Only HTTPS is spoken, but with a full `http://` URL of this very machine. A login goes only where the administrator
//! agreed to: to the host or domain that `server` names, to the mailbox's domain, and to hosts below them. Whatever leads
//! elsewhere, be it a redirect, a DNS record or the URL that Autodiscover tells, ends in an error that names it, so that it
//! can be set if it is right. Left out of Microsoft's procedure are the directory's service connection points, since this
//! host is in no domain, and the redirect by plain HTTP, since anybody on the way can give it.

mod agreed;
mod autodiscover;
mod elements;
mod error;
mod grouping;
mod json;
mod pox;
mod server;
mod soap;
mod srv;

use bytes::Bytes;
use url::Url;

pub use error::Error;
pub use grouping::grouping_information;

use crate::transport::{self, Settings, Transport, is_loopback};
use agreed::Agreed;
use autodiscover::Search;
use server::Server;

/// The path of EWS on every Exchange server.
const EWS_PATH: &str = "/EWS/Exchange.asmx";

/// The URL that `server` stands for where it needs no search; touches no network.
///
/// # Errors
/// [`Error::Server`]: it is neither a URL nor a host name nor an e-mail address.
pub fn first_guess(server: &str) -> Result<Url, Error> {
    let host = match Server::parse(server)? {
        Server::Url(url) => return Ok(url),
        Server::Host(host) => host,
        Server::Address { domain, .. } => domain,
    };
    Url::parse(&format!("https://{host}{EWS_PATH}")).map_err(|error| Error::Server {
        server: server.into(),
        reason: error.to_string(),
    })
}

/// URL of `Exchange.asmx`, for the setting `server`:
///
/// - a URL is taken as it is, without a request; where it has no path, `/EWS/Exchange.asmx` is added;
/// - a host name is asked for `https://HOST/EWS/Exchange.asmx`, and where EWS is not there, taken for an e-mail domain;
/// - an e-mail domain or address is asked by Autodiscover at `autodiscover.DOMAIN`, at `DOMAIN`, and where the DNS record
///   `_autodiscover._tcp.DOMAIN` leads.
///
/// `mailbox` is an address to ask Autodiscover for; without one, that in `server` or the login serves. `settings` are those
/// of the connection to be; their endpoint is not looked at.
///
/// # Errors
/// See [`Error`]; a refused login ends the search, lest it locks the account.
pub async fn endpoint(server: &str, mailbox: Option<&str>, settings: &Settings) -> Result<Url, Error> {
    let named = Server::parse(server)?;
    let domain = match &named {
        Server::Url(url) if url.scheme() == "https" || is_loopback(url) => return Ok(url.clone()),
        Server::Url(url) => return Err(transport::Error::PlainHttp { url: url.to_string() }.into()),
        Server::Host(host) => host,
        Server::Address { domain, .. } => domain,
    };
    let transport = Transport::new(settings.clone())?;
    let mut search = Search::new(&transport, Agreed::new(domain, mailbox), domain);
    if let Server::Host(host) = &named {
        match has_ews(&transport, &format!("https://{host}{EWS_PATH}")).await {
            Ok(url) => return Ok(url),
            Err(error) => search.note_host(error),
        }
        if host.contains(':') {
            return Err(search.nothing());
        }
    }
    let address = match (&named, mailbox) {
        (_, Some(mailbox)) => mailbox,
        (Server::Address { address, .. }, None) => address,
        _ if settings.login.contains('@') => &settings.login,
        _ => return Err(search.nothing()),
    };
    search.run(address).await
}

/// Whether EWS is at a URL, asked without a login: it wants one, or answers with an envelope.
async fn has_ews(transport: &Transport, url: &str) -> Result<Url, transport::Error> {
    let not_ews = |url: &str, status, what: &str| transport::Error::NotEws {
        url: url.into(),
        status,
        what: what.into(),
    };
    let Ok(endpoint) = Url::parse(url) else {
        return Err(not_ews(url, 0, "no address"));
    };
    let page = transport.toward(endpoint.clone()).ask(Bytes::new()).await?;
    match page.status {
        401 => Ok(endpoint),
        _ if memchr::memmem::find(&page.body[..page.body.len().min(1024)], b"Envelope").is_some() => Ok(endpoint),
        status if page.location.is_some() => Err(not_ews(url, status, "a redirect")),
        status => Err(not_ews(url, status, "no Exchange Web Services")),
    }
}

#[cfg(test)]
mod tests;
