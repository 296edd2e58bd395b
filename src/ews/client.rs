//! The client: which server, which version, which mailbox. Knows no operation.

use std::sync::{Arc, Mutex, PoisonError};

use crate::transport::{Route, Transport};
use crate::{RequestServerVersion, ServerVersionInfo};

/// One Exchange server. Cheap to clone; clones share connections, limits and what is known of the server.
#[derive(Debug, Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    transport: Transport,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    version: RequestServerVersion,
    server: Option<ServerVersionInfo>,
}

impl Client {
    /// A client that asks in `version`, or finds out which one the server knows.
    pub fn new(transport: Transport, version: Option<RequestServerVersion>) -> Self {
        let version = version.unwrap_or(RequestServerVersion::Exchange2013_SP1);
        Self {
            shared: Arc::new(Shared {
                transport,
                state: Mutex::new(State { version, server: None }),
            }),
        }
    }

    /// The way to the server.
    pub fn transport(&self) -> &Transport {
        &self.shared.transport
    }

    /// The version that requests are made in now.
    pub fn version(&self) -> RequestServerVersion {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner).version
    }

    /// The server's build, as its newest answer told.
    pub fn server(&self) -> Option<ServerVersionInfo> {
        self.shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .server
            .clone()
    }

    /// A mailbox by its primary SMTP address, which is impersonated.
    pub fn mailbox(&self, address: &str) -> Mailbox {
        Mailbox {
            inner: Arc::new(Inner {
                client: self.clone(),
                address: address.to_owned(),
                route: Route::to(address),
            }),
        }
    }
}

/// One mailbox on the server. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Mailbox {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    client: Client,
    address: String,
    route: Route,
}

impl Mailbox {
    /// Its primary SMTP address.
    pub fn address(&self) -> &str {
        &self.inner.address
    }
}
