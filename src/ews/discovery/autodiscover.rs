//! The search by Autodiscover: which hosts, which protocols, which redirects. Knows no protocol's insides.

use std::collections::HashSet;

use bytes::Bytes;
use url::Url;

use super::agreed::Agreed;
use super::srv::Dns;
use super::{Error, has_ews, json, pox, soap};
use crate::Remedy;
use crate::transport::{self, Page, Transport};

/// Redirects to follow at most (MS-OXDSCLI asks for a bound and names ten).
const REDIRECTS: usize = 10;

/// What Autodiscover tells of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Told {
    /// URLs of EWS, the better first.
    Urls(Vec<String>),
    /// Ask for another address, at its domain.
    Address(String),
    /// Ask at another Autodiscover URL.
    Autodiscover(String),
    /// No such mailbox.
    UnknownAddress,
    /// The server's error code.
    Failed(String),
}

/// A protocol of Autodiscover.
#[derive(Debug, Clone, Copy)]
enum Protocol {
    /// Without a login, so first.
    Json,
    Soap,
    Pox,
}

impl Protocol {
    /// A redirect may lead from one to another.
    fn of(url: &Url) -> Option<Self> {
        let path = url.path().to_ascii_lowercase();
        match path.rsplit_once('.')?.1 {
            "xml" => Some(Self::Pox),
            "svc" => Some(Self::Soap),
            _ => None,
        }
    }
}

/// Whether other protocols of the same host are worth a request.
enum Host {
    Answers,
    IsGone,
}

/// One search and what came of it so far.
pub(super) struct Search<'a> {
    transport: &'a Transport,
    agreed: Agreed,
    domain: String,
    pub(super) dns: Dns,
    asked: HashSet<Url>,
    redirects: usize,
    /// The first place that is not agreed to.
    elsewhere: Option<Error>,
    /// The first failure that a setting or a certificate mends.
    obstacle: Option<transport::Error>,
    tried: Vec<String>,
}

/// A step's end: the URL, or that the next place is to be asked.
type Found = Result<Option<Url>, Error>;

impl<'a> Search<'a> {
    pub(super) fn new(transport: &'a Transport, agreed: Agreed, domain: &str) -> Self {
        Self {
            transport,
            agreed,
            domain: domain.to_owned(),
            dns: Dns::of_host(),
            asked: HashSet::new(),
            redirects: 0,
            elsewhere: None,
            obstacle: None,
            tried: Vec::new(),
        }
    }

    /// Keeps what the host itself, as `server` names it, came to: if nothing is found, this is what to mend.
    pub(super) fn note_host(&mut self, error: transport::Error) {
        if error.policy().remedy == Remedy::Connection {
            self.obstacle.get_or_insert(error.clone());
        }
        self.note(error);
    }

    /// Keeps what a try came to, for the message if nothing is found.
    fn note(&mut self, error: transport::Error) {
        let message = error.message();
        if !self.tried.contains(&message) {
            self.tried.push(message);
        }
        if matches!(error, transport::Error::Certificate { .. }) {
            self.obstacle.get_or_insert(error);
        }
    }

    /// The error that helps most.
    pub(super) fn nothing(self) -> Error {
        match (self.elsewhere, self.obstacle) {
            (Some(elsewhere), _) => elsewhere,
            (None, Some(obstacle)) => obstacle.into(),
            (None, None) => Error::NotFound {
                domain: self.domain,
                tried: self.tried,
            },
        }
    }

    /// Asks for an address at its places, one after the other.
    pub(super) async fn run(mut self, address: &str) -> Result<Url, Error> {
        let domain = self.domain.clone();
        match self.domain(&domain, address).await? {
            Some(url) => Ok(url),
            None => Err(self.nothing()),
        }
    }

    async fn domain(&mut self, domain: &str, address: &str) -> Found {
        for host in [format!("autodiscover.{domain}"), domain.to_owned()] {
            let Ok(base) = Url::parse(&format!("https://{host}/")) else {
                continue;
            };
            if let Some(url) = self.host(&base, address).await? {
                return Ok(Some(url));
            }
        }
        let name = format!("_autodiscover._tcp.{domain}");
        match self.dns.service(&name).await {
            Ok(Some((host, port))) => match self.follow(&name, &format!("https://{host}:{port}/")) {
                Some(base) => self.host(&base, address).await,
                None => Ok(None),
            },
            Ok(None) => Ok(None),
            Err(reason) => {
                self.tried.push(format!("{name}: {reason}."));
                Ok(None)
            }
        }
    }

    async fn host(&mut self, base: &Url, address: &str) -> Found {
        for protocol in [Protocol::Json, Protocol::Soap, Protocol::Pox] {
            let mut url = base.clone();
            match protocol {
                Protocol::Json => url = json::url(base, address),
                Protocol::Soap => url.set_path(soap::PATH),
                Protocol::Pox => url.set_path(pox::PATH),
            }
            match Box::pin(self.url(protocol, url, address)).await? {
                (Some(url), _) => return Ok(Some(url)),
                (None, Host::Answers) => {}
                (None, Host::IsGone) => break,
            }
        }
        Ok(None)
    }

    /// Asks one URL, and goes where it leads.
    async fn url(&mut self, protocol: Protocol, url: Url, address: &str) -> Result<(Option<Url>, Host), Error> {
        if !self.asked.insert(url.clone()) {
            return Ok((None, Host::Answers));
        }
        let page = match self.ask(protocol, &url, address).await {
            Ok(page) => page,
            Err(error) if error.policy().remedy == Remedy::Authentication => return Err(error.into()),
            Err(error) => {
                self.note(error);
                return Ok((None, Host::IsGone));
            }
        };
        if let Some(location) = page.location {
            return self.go_on(protocol, &url, location.as_str(), address).await;
        }
        let told = match protocol {
            Protocol::Json => json::read(&page.body),
            Protocol::Soap => soap::read(&page.body),
            Protocol::Pox => pox::read(&page.body),
        };
        let found = match told {
            Some(Told::Urls(urls)) => self.reachable(&url, urls).await?,
            Some(Told::Address(other)) => self.address(&url, &other).await?,
            Some(Told::Autodiscover(other)) => {
                return self.go_on(protocol, &url, &other, address).await;
            }
            // Of JSON this is no last word: it knows only mailboxes of newer servers.
            Some(Told::UnknownAddress) if !matches!(protocol, Protocol::Json) => {
                return Err(Error::UnknownAddress {
                    url: url.to_string(),
                    address: address.to_owned(),
                });
            }
            Some(Told::UnknownAddress) => None,
            Some(Told::Failed(code)) => {
                self.tried.push(format!("{url} answers '{code}'."));
                None
            }
            None => {
                self.tried
                    .push(format!("{url} is no Autodiscover (HTTP {}).", page.status));
                None
            }
        };
        Ok((found, Host::Answers))
    }

    /// One answer, with the login only where it is wanted. Every URL that comes here is agreed to.
    async fn ask(&self, protocol: Protocol, url: &Url, address: &str) -> Result<Page, transport::Error> {
        let transport = self.transport.toward(url.clone());
        let request = match protocol {
            Protocol::Json => return transport.get_json().await,
            Protocol::Soap => soap::request([address].into_iter(), &soap::EWS_URLS, url.as_str()),
            Protocol::Pox => pox::request(address),
        };
        let page = transport.ask(Bytes::from(request.clone())).await?;
        match page.status {
            401 => transport.ask_with_login(Bytes::from(request)).await,
            _ => Ok(page),
        }
    }

    /// The first URL of EWS that answers; where none does, why.
    async fn reachable(&mut self, from: &Url, urls: Vec<String>) -> Found {
        for told in urls {
            match Url::parse(&told) {
                Ok(url) if !url.path().to_ascii_lowercase().ends_with(".asmx") => {
                    self.tried
                        .push(format!("{from} tells {url}, which is no address of EWS."));
                }
                Ok(url) if self.agreed.allows(&url) || is_same_place(from, &url) => {
                    match has_ews(self.transport, url.as_str()).await {
                        Ok(url) => return Ok(Some(url)),
                        Err(error) => self.note(error),
                    }
                }
                _ => self.elsewhere(from.as_str(), &told),
            }
        }
        Ok(None)
    }

    async fn address(&mut self, from: &Url, other: &str) -> Found {
        let Some((_, domain)) = other.rsplit_once('@') else {
            return Ok(None);
        };
        match self.follow(from.as_str(), &format!("https://{domain}/")) {
            Some(_) => Box::pin(self.domain(&domain.to_ascii_lowercase(), other)).await,
            None => Ok(None),
        }
    }

    async fn go_on(
        &mut self,
        protocol: Protocol,
        from: &Url,
        to: &str,
        address: &str,
    ) -> Result<(Option<Url>, Host), Error> {
        match self.follow(from.as_str(), to) {
            Some(target) => {
                let protocol = Protocol::of(&target).unwrap_or(protocol);
                Box::pin(self.url(protocol, target, address)).await
            }
            None => Ok((None, Host::Answers)),
        }
    }

    /// The target of a redirect, if it is agreed to and there were not too many.
    fn follow(&mut self, from: &str, to: &str) -> Option<Url> {
        self.redirects += 1;
        let url = Url::parse(to).ok().filter(|url| self.agreed.allows(url));
        match url {
            Some(_) if self.redirects > REDIRECTS => {
                self.tried.push(format!("{from} is a redirect too many."));
                None
            }
            None => {
                self.elsewhere(from, to);
                None
            }
            url => url,
        }
    }

    fn elsewhere(&mut self, from: &str, to: &str) {
        self.elsewhere.get_or_insert_with(|| Error::Elsewhere {
            from: without_query(from),
            to: without_query(to),
        });
    }
}

fn is_same_place(from: &Url, to: &Url) -> bool {
    to.scheme() == "https" && from.host() == to.host()
}

/// A query may hold a session.
fn without_query(url: &str) -> String {
    url.split(['?', '#']).next().unwrap_or_default().to_owned()
}
