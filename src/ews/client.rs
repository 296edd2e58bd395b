//! The client: which server, which version, which mailbox. Knows no operation.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::transport::{Route, Transport};
use crate::version::Negotiation;
use crate::{RequestServerVersion, ServerVersionInfo};

/// One Exchange server. Cheap to clone; clones share connections, limits and what is known of the server.
#[derive(Debug, Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    transport: Transport,
    /// As the mailbox has it that was answered last.
    latest: Mutex<Negotiation>,
}

impl Client {
    /// A client that asks in `version`; without one it finds out which one the server knows.
    pub fn new(transport: Transport, version: Option<RequestServerVersion>) -> Self {
        Self {
            shared: Arc::new(Shared {
                transport,
                latest: Mutex::new(Negotiation::new(version)),
            }),
        }
    }

    /// The way to the server.
    pub fn transport(&self) -> &Transport {
        &self.shared.transport
    }

    /// The version that the mailbox answered last is asked in.
    pub fn version(&self) -> RequestServerVersion {
        self.latest().version()
    }

    /// The server's build, as its newest answer told.
    pub fn server(&self) -> Option<ServerVersionInfo> {
        self.latest().server().cloned()
    }

    /// A mailbox by its primary SMTP address, which is impersonated.
    pub fn mailbox(&self, address: &str) -> Mailbox {
        Mailbox {
            inner: Arc::new(Inner {
                client: self.clone(),
                negotiation: Mutex::new(self.latest().of_another_mailbox()),
                address: address.to_owned(),
                anchored: Route::to(address),
                plain: Route::without_anchor(address),
            }),
        }
    }

    fn latest(&self) -> MutexGuard<'_, Negotiation> {
        // Nothing in there panics half-way.
        self.shared.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One mailbox on the server. Cheap to clone; clones share the server's cookies for it.
#[derive(Clone)]
pub struct Mailbox {
    inner: Arc<Inner>,
}

struct Inner {
    client: Client,
    address: String,
    /// Its own: where old and new servers stand side by side, each mailbox lies on one of them.
    negotiation: Mutex<Negotiation>,
    anchored: Route,
    plain: Route,
}

impl Mailbox {
    /// Its primary SMTP address.
    pub fn address(&self) -> &str {
        &self.inner.address
    }

    /// The same mailbox by way of the mailbox server that answers `anchor`, which may be this one: subscriptions that share a
    /// stream must lie there (see [affinity]). Exchange 2010 and older get the anchor's cookies, which a load balancer sets.
    ///
    /// [affinity]: https://learn.microsoft.com/en-us/exchange/client-developer/exchange-web-services/how-to-maintain-affinity-between-group-of-subscriptions-and-mailbox-server
    #[must_use]
    pub fn along(&self, anchor: &Self) -> Self {
        let inner = &self.inner;
        Self {
            inner: Arc::new(Inner {
                client: inner.client.clone(),
                negotiation: Mutex::new(self.negotiation().clone()),
                address: inner.address.clone(),
                anchored: Route::along(&anchor.inner.anchored, &inner.address),
                plain: Route::along(&anchor.inner.plain, &inner.address),
            }),
        }
    }

    /// The version that requests for it are made in now.
    pub fn version(&self) -> RequestServerVersion {
        self.negotiation().version()
    }

    pub(crate) fn negotiation(&self) -> MutexGuard<'_, Negotiation> {
        // Nothing in there panics half-way.
        self.inner.negotiation.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What an answer told of the server; `accepted`: it did what was asked in this version.
    pub(crate) fn learn(&self, server: Option<&ServerVersionInfo>, accepted: Option<RequestServerVersion>) {
        let mut negotiation = self.negotiation();
        negotiation.met(server);
        if let Some(version) = accepted {
            negotiation.accepted(version);
        }
        let mut latest = self.inner.client.latest();
        if latest.server() != negotiation.server() || latest.version() != negotiation.version() {
            latest.clone_from(&negotiation);
        }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.inner.client
    }

    /// `X-AnchorMailbox` means something from Exchange 2013 on.
    pub(crate) fn route(&self, version: RequestServerVersion) -> &Route {
        if version >= RequestServerVersion::Exchange2013 {
            &self.inner.anchored
        } else {
            &self.inner.plain
        }
    }
}

impl fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Mailbox").field(&self.inner.address).finish()
    }
}
