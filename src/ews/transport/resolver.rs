//! Names to addresses by the host's own resolver, with an error that can be told from others.

use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// The settings' own names, then `getaddrinfo` on tokio's blocking threads.
#[derive(Debug, Clone)]
pub(super) struct HostResolver {
    pub(super) hosts: HashMap<String, SocketAddr>,
}

/// The name has no address, or the resolver did not answer.
#[derive(Debug)]
pub(super) struct UnknownName(pub(super) String);

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UnknownName {}

impl Resolve for HostResolver {
    fn resolve(&self, name: Name) -> Resolving {
        if let Some(address) = self.hosts.get(name.as_str()) {
            let address: Addrs = Box::new(std::iter::once(*address));
            return Box::pin(std::future::ready(Ok(address)));
        }
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0))
                .await
                .map_err(|error| UnknownName(error.to_string()))?
                .collect();
            if found.is_empty() {
                return Err(UnknownName("the name has no address".into()).into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
