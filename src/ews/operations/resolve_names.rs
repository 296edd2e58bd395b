//! `ResolveNames` (MS-OXWSRSLNM): who a name, an address or a legacy DN is.

use crate::{EmailAddress, Error, Mailbox};

impl Mailbox {
    /// Who `entry` is: a name, an SMTP address, or a legacy DN (routing type EX). Nobody: empty.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn resolve_names(&self, _entry: &str) -> Result<Vec<EmailAddress>, Error> {
        Err(Error::Protocol {
            operation: "ResolveNames",
            what: "not read yet".into(),
        })
    }
}
