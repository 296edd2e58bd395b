//! `ResolveNames` (MS-OXWSRSLNM): who a name, an address or a legacy DN is.

use crate::call::Persistence;
use crate::soap::Operation;
use crate::soap::envelope::Xml;
use crate::soap::events::{Events, Tag, Unreadable};
use crate::{Disposition, EmailAddress, Error, Mailbox, RequestServerVersion};

use super::elements::read_mailboxes;

struct ResolveNames<'a> {
    entry: &'a str,
}

impl Operation for ResolveNames<'_> {
    const NAME: &'static str = "ResolveNames";
    type Content = Vec<EmailAddress<'static>>;

    fn write(&self, xml: &mut Xml, _version: RequestServerVersion) {
        xml.raw("<m:ResolveNames ReturnFullContactData=\"false\"><m:UnresolvedEntry>")
            .escaped(self.entry)
            .raw("</m:UnresolvedEntry></m:ResolveNames>");
    }

    fn read(
        &self,
        _: usize,
        tag: &Tag<'_>,
        events: &mut Events<'_>,
        found: &mut Self::Content,
    ) -> Result<(), Unreadable> {
        match tag.name() {
            "ResolutionSet" => {
                while events.child()?.is_some() {
                    found.extend(read_mailboxes(events)?.into_iter().map(EmailAddress::into_owned));
                }
                Ok(())
            }
            _ => events.skip(),
        }
    }
}

impl Mailbox {
    /// Who `entry` is: a name, an SMTP address, or a legacy DN (routing type EX). Nobody: empty.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn resolve_names(&self, entry: &str) -> Result<Vec<EmailAddress<'static>>, Error> {
        if entry.trim().is_empty() {
            return Ok(Vec::new());
        }
        match self.call_one(&ResolveNames { entry }, Persistence::Repeat).await {
            Err(Error::Response(error)) if error.code.policy().disposition == Disposition::Gone => Ok(Vec::new()),
            outcome => outcome,
        }
    }
}
