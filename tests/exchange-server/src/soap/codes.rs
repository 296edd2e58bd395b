//! Response codes (MS-OXWSCDATA ResponseCodeType) and the sentences that Exchange sends with them.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;

/// The text of a `m:ResponseCode`, such as `ErrorItemNotFound`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct ResponseCode(Cow<'static, str>);

impl ResponseCode {
    /// A code by its schema name.
    pub const fn new(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// A code by a name that is known at run time only.
    pub fn named(name: &str) -> Self {
        Self(Cow::Owned(name.to_owned()))
    }

    /// The schema name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What Exchange writes beside the code.
    pub(crate) fn text(&self) -> &'static str {
        match self.as_str() {
            "ErrorAccessDenied" => "Access is denied. Check credentials and try again.",
            "ErrorBatchProcessingStopped" => {
                "The batch processing was stopped because an error occurred on a previous item."
            }
            "ErrorExceededConnectionCount" => {
                "You have exceeded the available concurrent connections for your account.  \
                 Try again once your other requests have completed."
            }
            "ErrorFolderNotFound" => "The specified folder could not be found in the store.",
            "ErrorImpersonateUserDenied" => "The account does not have permission to impersonate the requested user.",
            "ErrorImpersonationDenied" => "The caller does not have the right to impersonate users on this server.",
            "ErrorInternalServerError" => "An internal server error occurred. The operation failed.",
            "ErrorInternalServerTransientError" => "An internal server error occurred. Try again later.",
            "ErrorInvalidIdMalformed" => "Id is malformed.",
            "ErrorInvalidPropertyRequest" => "Property is not valid for this object type.",
            "ErrorInvalidServerVersion" => "The specified server version is invalid.",
            "ErrorInvalidSubscription" => "The specified subscription was not found.",
            "ErrorInvalidSyncStateData" => "Synchronization state data is corrupt or otherwise invalid.",
            "ErrorItemNotFound" => "The specified object was not found in the store.",
            "ErrorMailboxMoveInProgress" => "Mailbox move is in progress. Try again later.",
            "ErrorMailboxStoreUnavailable" => "The mailbox database is temporarily unavailable.",
            "ErrorMimeContentConversionFailed" => "MIME content conversion failed.",
            "ErrorNameResolutionMultipleResults" => "Multiple results were found.",
            "ErrorNameResolutionNoResults" => "No results were found.",
            "ErrorNonExistentMailbox" => "The SMTP address has no mailbox associated with it.",
            "ErrorServerBusy" => "The server cannot service this request right now. Try again later.",
            "ErrorSyncFolderNotFound" => "The folder to be synchronized could not be found.",
            "ErrorTimeoutExpired" => "The request timed out.",
            "ErrorTooManyObjectsOpened" => "Too many concurrent connections opened.",
            "ErrorUnsupportedQueryFilter" => "Query filter is not supported.",
            _ => "The request failed.",
        }
    }
}

impl From<&'static str> for ResponseCode {
    fn from(name: &'static str) -> Self {
        Self::new(name)
    }
}

impl fmt::Display for ResponseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
