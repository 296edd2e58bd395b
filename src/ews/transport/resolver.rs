//! Names to addresses by the host's own resolver, with an error that can be told from others.

use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::dns::Name;
use tower_service::Service;

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

impl Service<Name> for HostResolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = UnknownName;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, UnknownName>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), UnknownName>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        if let Some(address) = self.hosts.get(name.as_str()) {
            return Box::pin(std::future::ready(Ok(vec![*address].into_iter())));
        }
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0))
                .await
                .map_err(|error| UnknownName(error.to_string()))?
                .collect();
            if found.is_empty() {
                return Err(UnknownName("the name has no address".into()));
            }
            Ok(found.into_iter())
        })
    }
}
