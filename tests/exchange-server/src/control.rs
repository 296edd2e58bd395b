//! Commands of `POST /control`, one JSON object each: all of the library's editing and fault features.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::EditError;
use crate::faults::FaultRule;
use crate::handle::MailboxHandle;
use crate::settings::{Account, Compression, Discovery, Framing, Rights};
use crate::shared::Shared;
use crate::store::lock;

/// `{"command": "deliver", "mailbox": "jane@example.com", "folder": "inbox", "eml": "From: ..."}` and so on.
/// `item` is an EWS item id or an Internet message id (`<...>`).
#[derive(Debug, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub(crate) enum Command {
    CreateMailbox {
        mailbox: String,
        #[serde(default)]
        name: String,
    },
    DeleteMailbox {
        mailbox: String,
    },
    Deliver {
        mailbox: String,
        #[serde(default = "inbox")]
        folder: String,
        #[serde(default)]
        eml: String,
        #[serde(default)]
        eml_base64: String,
        #[serde(default)]
        read: bool,
    },
    Move {
        mailbox: String,
        item: String,
        to: String,
    },
    Delete {
        mailbox: String,
        item: String,
    },
    MarkRead {
        mailbox: String,
        item: String,
        read: bool,
    },
    SetSubject {
        mailbox: String,
        item: String,
        subject: String,
    },
    CreateFolder {
        mailbox: String,
        folder: String,
    },
    RenameFolder {
        mailbox: String,
        folder: String,
        name: String,
    },
    MoveFolder {
        mailbox: String,
        folder: String,
        to: String,
    },
    DeleteFolder {
        mailbox: String,
        folder: String,
    },
    Items {
        mailbox: String,
        folder: String,
    },
    ExpireSyncStates {
        mailbox: String,
    },
    Fault(FaultRule),
    ClearFaults,
    Latency {
        milliseconds: u64,
    },
    Bandwidth {
        bytes_per_second: Option<u64>,
    },
    Compression {
        value: Compression,
    },
    Framing {
        value: Framing,
    },
    Discovery {
        value: Discovery,
    },
    RevokeTokens,
    DropSubscriptions,
    Account {
        login: String,
        password: String,
        rights: Rights,
    },
    Password {
        login: String,
        password: String,
    },
}

fn inbox() -> String {
    "inbox".to_owned()
}

impl Command {
    pub fn read(json: &[u8]) -> Result<Self, EditError> {
        serde_json::from_slice(json).map_err(|e| EditError::Command(e.to_string()))
    }

    pub fn run(self, shared: &Shared) -> Result<Value, EditError> {
        let open = |address: &str| MailboxHandle::open(shared, address);
        match self {
            Self::CreateMailbox { mailbox, name } => {
                let name = if name.is_empty() { mailbox.clone() } else { name };
                shared.create_mailbox(&mailbox, &name);
            }
            Self::DeleteMailbox { mailbox } => shared.remove_mailbox(&mailbox),
            Self::Deliver {
                mailbox,
                folder,
                eml,
                eml_base64,
                read,
            } => {
                let bytes = if eml_base64.is_empty() {
                    eml.into_bytes()
                } else {
                    base64_simd::STANDARD
                        .decode_to_vec(eml_base64)
                        .map_err(|e| EditError::Command(e.to_string()))?
                };
                let mailbox = open(&mailbox)?;
                let item = if read {
                    mailbox.deliver_read(&folder, bytes)
                } else {
                    mailbox.deliver(&folder, bytes)
                }?;
                return Ok(json!({ "item": item }));
            }
            Self::Move { mailbox, item, to } => return Ok(json!({ "item": open(&mailbox)?.move_item(&item, &to)? })),
            Self::Delete { mailbox, item } => open(&mailbox)?.delete(&item)?,
            Self::MarkRead { mailbox, item, read } => open(&mailbox)?.mark_read(&item, read)?,
            Self::SetSubject { mailbox, item, subject } => open(&mailbox)?.set_subject(&item, &subject)?,
            Self::CreateFolder { mailbox, folder } => {
                return Ok(json!({ "folder": open(&mailbox)?.create_folder(&folder)? }));
            }
            Self::RenameFolder { mailbox, folder, name } => open(&mailbox)?.rename_folder(&folder, &name)?,
            Self::MoveFolder { mailbox, folder, to } => open(&mailbox)?.move_folder(&folder, &to)?,
            Self::DeleteFolder { mailbox, folder } => open(&mailbox)?.delete_folder(&folder)?,
            Self::Items { mailbox, folder } => return Ok(json!({ "items": open(&mailbox)?.items(&folder)? })),
            Self::ExpireSyncStates { mailbox } => open(&mailbox)?.expire_sync_states(),
            Self::Fault(rule) => shared.faults.add(rule),
            Self::ClearFaults => shared.faults.clear(),
            Self::Latency { milliseconds } => {
                lock(&shared.dials).latency = std::time::Duration::from_millis(milliseconds);
            }
            Self::Bandwidth { bytes_per_second } => lock(&shared.dials).bandwidth_bytes_per_second = bytes_per_second,
            Self::Compression { value } => lock(&shared.dials).compression = value,
            Self::Framing { value } => lock(&shared.dials).framing = value,
            Self::Discovery { value } => lock(&shared.dials).discovery = value,
            Self::RevokeTokens => lock(&shared.tokens).clear(),
            Self::DropSubscriptions => shared.subscriptions.clear(),
            Self::Account {
                login,
                password,
                rights,
            } => {
                lock(&shared.accounts).push(Account {
                    login,
                    password,
                    rights,
                });
            }
            Self::Password { login, password } => {
                for account in lock(&shared.accounts).iter_mut().filter(|a| a.is(&login)) {
                    account.password.clone_from(&password);
                }
            }
        }
        Ok(json!({}))
    }
}
