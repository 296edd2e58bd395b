//! What goes wrong in a test's own hands: starting the server and editing mailboxes.

/// An edit that the store refused.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// No mailbox of this address; create it with the builder or `create_mailbox`.
    #[error("the test Exchange has no mailbox {0}: create it first")]
    NoMailbox(String),
    /// No folder of this path; create it with `create_folder`.
    #[error("no folder {0}: create it first (paths are like inbox/Customers)")]
    NoFolder(String),
    /// The item is gone, or the id is of another mailbox.
    #[error("no such item: it was moved or deleted, or its id belongs to another mailbox")]
    NoItem,
    /// A control command that could not be read.
    #[error("not a control command: {0}")]
    Command(String),
}

/// The server could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken, or not of this machine.
    #[error("cannot listen on {address}: {source}; choose another port (0: any)")]
    Listen {
        /// Address and port.
        address: std::net::SocketAddr,
        /// The system's answer.
        source: std::io::Error,
    },
    /// Keys or certificates could not be made or written.
    #[error("cannot prepare TLS: {0}")]
    Tls(String),
    /// A company or mail folder could not be read.
    #[error("cannot load {path}: {problem}")]
    Load {
        /// The file or folder.
        path: std::path::PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// No thread or runtime could be started.
    #[error("cannot start the server's runtime: {0}")]
    Runtime(std::io::Error),
}
