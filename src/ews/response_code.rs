//! `m:ResponseCode` (MS-OXWSCDATA ResponseCodeType) by name, and what each means for the caller. Knows no request.

use crate::Remedy;

macro_rules! codes {
    ($($name:ident)*) => {
        /// What went wrong, in the server's terms (MS-OXWSCDATA, ResponseCodeType).
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[allow(missing_docs)]
        pub enum ResponseCode {
            $($name,)*
            /// Not of the schema: this client could not read the answer about this item.
            UnreadableAnswer,
            /// A code that has no name here.
            Other(String),
        }

        impl ResponseCode {
            /// The schema's name.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$name => stringify!($name),)*
                    Self::UnreadableAnswer => "UnreadableAnswer",
                    Self::Other(name) => name,
                }
            }
        }

        impl From<&str> for ResponseCode {
            fn from(name: &str) -> Self {
                match name {
                    $(stringify!($name) => Self::$name,)*
                    other => Self::Other(other.to_owned()),
                }
            }
        }
    };
}

codes! {
    NoError
    ErrorAccessDenied
    ErrorAccountDisabled
    ErrorADUnavailable
    ErrorADOperation
    ErrorArchiveMailboxNotEnabled
    ErrorAttachmentSizeLimitExceeded
    ErrorBatchProcessingStopped
    ErrorCallerIsInvalidADAccount
    ErrorClientDisconnected
    ErrorConnectionFailed
    ErrorContentConversionFailed
    ErrorContentIndexingNotEnabled
    ErrorCorruptData
    ErrorCrossSiteRequest
    ErrorDataSizeLimitExceeded
    ErrorEventNotFound
    ErrorExceededConnectionCount
    ErrorExceededFindCountLimit
    ErrorExceededSubscriptionCount
    ErrorExpiredSubscription
    ErrorFolderCorrupt
    ErrorFolderNotFound
    ErrorImpersonateUserDenied
    ErrorImpersonationDenied
    ErrorImpersonationFailed
    ErrorIncorrectSchemaVersion
    ErrorInsufficientResources
    ErrorInternalServerError
    ErrorInternalServerTransientError
    ErrorInvalidArgument
    ErrorInvalidAttachmentId
    ErrorInvalidExchangeImpersonationHeaderData
    ErrorInvalidFolderId
    ErrorInvalidId
    ErrorInvalidIdEmpty
    ErrorInvalidIdMalformed
    ErrorInvalidLicense
    ErrorInvalidMailbox
    ErrorInvalidNameForNameResolution
    ErrorInvalidOperation
    ErrorInvalidPropertyRequest
    ErrorInvalidPropertySet
    ErrorInvalidPullSubscriptionId
    ErrorInvalidRequest
    ErrorInvalidRestriction
    ErrorInvalidSchemaVersionForMailboxVersion
    ErrorInvalidServerVersion
    ErrorInvalidSmtpAddress
    ErrorInvalidSubscription
    ErrorInvalidSubscriptionRequest
    ErrorInvalidSyncStateData
    ErrorInvalidWatermark
    ErrorIrresolvableConflict
    ErrorItemCorrupt
    ErrorItemNotFound
    ErrorItemPropertyRequestFailed
    ErrorItemSavePropertyError
    ErrorMailboxConfiguration
    ErrorMailboxFailover
    ErrorMailboxLogonFailed
    ErrorMailboxMoveInProgress
    ErrorMailboxStoreUnavailable
    ErrorMessageDispositionRequired
    ErrorMessageSizeExceeded
    ErrorMimeContentConversionFailed
    ErrorMimeContentInvalid
    ErrorMissedNotificationEvents
    ErrorMissingEmailAddress
    ErrorNameResolutionMultipleResults
    ErrorNameResolutionNoMailbox
    ErrorNameResolutionNoResults
    ErrorNewEventStreamConnectionOpened
    ErrorNoApplicableProxyCASServersAvailable
    ErrorNonExistentMailbox
    ErrorNonPrimarySmtpAddress
    ErrorNoRespondingCASInDestinationSite
    ErrorNotEnoughMemory
    ErrorOrganizationAccessBlocked
    ErrorPasswordChangeRequired
    ErrorPasswordExpired
    ErrorPropertyValidationFailure
    ErrorProxiedSubscriptionCallFailure
    ErrorProxyCallFailed
    ErrorProxyRequestNotAllowed
    ErrorProxyRequestProcessingFailed
    ErrorQueryFilterTooLong
    ErrorQuotaExceeded
    ErrorReadEventsFailed
    ErrorRequestAborted
    ErrorRequestStreamTooBig
    ErrorResponseSchemaValidation
    ErrorRestrictionTooComplex
    ErrorRestrictionTooLong
    ErrorSchemaValidation
    ErrorServerBusy
    ErrorServiceDiscoveryFailed
    ErrorStaleObject
    ErrorSubscriptionAccessDenied
    ErrorSubscriptionNotFound
    ErrorSubscriptionUnsubscribed
    ErrorSyncFolderNotFound
    ErrorTimeoutExpired
    ErrorTooManyObjectsOpened
    ErrorUnsupportedMimeConversion
    ErrorUnsupportedPathForQuery
    ErrorUnsupportedPropertyDefinition
    ErrorUnsupportedQueryFilter
    ErrorUserNotAllowedByPolicy
    ErrorValueOutOfRange
    ErrorVirusDetected
    ErrorVirusMessageDeleted
    ErrorWrongServerVersion
}

impl ResponseCode {
    /// The server asks for patience: [`crate::transport::throttle`].
    pub fn is_throttling(&self) -> bool {
        matches!(
            self,
            Self::ErrorServerBusy | Self::ErrorExceededConnectionCount | Self::ErrorTooManyObjectsOpened
        )
    }

    /// May pass by itself, or with a smaller batch.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::ErrorInternalServerTransientError
                | Self::ErrorTimeoutExpired
                | Self::ErrorConnectionFailed
                | Self::ErrorMailboxFailover
                | Self::ErrorRequestAborted
        )
    }

    /// What was asked for is not there, or not under this id.
    pub fn is_gone(&self) -> bool {
        matches!(
            self,
            Self::ErrorItemNotFound
                | Self::ErrorFolderNotFound
                | Self::ErrorSyncFolderNotFound
                | Self::ErrorInvalidId
                | Self::ErrorInvalidIdEmpty
                | Self::ErrorInvalidIdMalformed
                | Self::ErrorInvalidFolderId
        )
    }

    /// The server does not know the schema version that was asked for.
    pub(crate) fn refuses_version(&self) -> bool {
        matches!(
            self,
            Self::ErrorInvalidServerVersion
                | Self::ErrorSchemaValidation
                | Self::ErrorIncorrectSchemaVersion
                | Self::ErrorInvalidSchemaVersionForMailboxVersion
        )
    }

    /// Whose hands the remedy is in.
    pub fn remedy(&self) -> Remedy {
        match self {
            code if code.is_throttling() => Remedy::Throttled,
            Self::ErrorInvalidServerVersion
            | Self::ErrorIncorrectSchemaVersion
            | Self::ErrorInvalidSchemaVersionForMailboxVersion
            | Self::ErrorWrongServerVersion => Remedy::Configuration,
            Self::ErrorImpersonateUserDenied
            | Self::ErrorImpersonationDenied
            | Self::ErrorImpersonationFailed
            | Self::ErrorAccessDenied
            | Self::ErrorInvalidExchangeImpersonationHeaderData => Remedy::Impersonation,
            Self::ErrorAccountDisabled
            | Self::ErrorCallerIsInvalidADAccount
            | Self::ErrorPasswordChangeRequired
            | Self::ErrorPasswordExpired => Remedy::Authentication,
            Self::ErrorADUnavailable
            | Self::ErrorADOperation
            | Self::ErrorArchiveMailboxNotEnabled
            | Self::ErrorInvalidSmtpAddress
            | Self::ErrorMailboxConfiguration
            | Self::ErrorMailboxFailover
            | Self::ErrorMailboxLogonFailed
            | Self::ErrorMailboxMoveInProgress
            | Self::ErrorMailboxStoreUnavailable
            | Self::ErrorMissingEmailAddress
            | Self::ErrorNonExistentMailbox
            | Self::ErrorNonPrimarySmtpAddress
            | Self::ErrorUserNotAllowedByPolicy => Remedy::Mailbox,
            code if code.is_transient() => Remedy::Connection,
            _ => Remedy::Protocol,
        }
    }

    /// What the administrator can do.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::ErrorImpersonateUserDenied | Self::ErrorAccessDenied => {
                "Give the service account the role ApplicationImpersonation for this mailbox (New-ManagementRoleAssignment -Role ApplicationImpersonation -User ...; in Exchange 2007 Add-ADPermission ... -ExtendedRights ms-Exch-EPI-May-Impersonate)."
            }
            Self::ErrorImpersonationDenied | Self::ErrorImpersonationFailed => {
                "Allow the service account to impersonate on this server (in Exchange 2007 Add-ADPermission ... -ExtendedRights ms-Exch-EPI-Impersonation on the Client Access server)."
            }
            Self::ErrorNonExistentMailbox | Self::ErrorInvalidSmtpAddress | Self::ErrorMissingEmailAddress => {
                "Check the user's e-mail address: Exchange has no mailbox of this primary address (Get-Mailbox)."
            }
            Self::ErrorNonPrimarySmtpAddress => {
                "Use the mailbox's primary address (Get-Mailbox ... | select PrimarySmtpAddress)."
            }
            Self::ErrorMailboxMoveInProgress => "The mailbox is being moved; it is tried again in the next run.",
            Self::ErrorMailboxStoreUnavailable | Self::ErrorMailboxFailover => {
                "Check that the mailbox database is mounted (Get-MailboxDatabase -Status); it is tried again in the next run."
            }
            Self::ErrorMailboxConfiguration | Self::ErrorMailboxLogonFailed => {
                "Check that the mailbox and its user are enabled (Get-Mailbox, Get-User)."
            }
            Self::ErrorADUnavailable | Self::ErrorADOperation => {
                "Check that Exchange reaches its domain controllers; it is tried again in the next run."
            }
            Self::ErrorAccountDisabled | Self::ErrorCallerIsInvalidADAccount => {
                "Enable the service account in the directory, or set 'login' to another one."
            }
            Self::ErrorPasswordExpired | Self::ErrorPasswordChangeRequired => {
                "Renew the service account's password and set it in 'password'."
            }
            Self::ErrorInvalidServerVersion
            | Self::ErrorIncorrectSchemaVersion
            | Self::ErrorInvalidSchemaVersionForMailboxVersion
            | Self::ErrorWrongServerVersion => "Set 'version' to 'auto', or to a version that this server knows.",
            Self::ErrorServerBusy | Self::ErrorExceededConnectionCount | Self::ErrorTooManyObjectsOpened => {
                "Lower 'concurrency', or raise the server's throttling policy (Set-ThrottlingPolicy); it is tried again in the next run."
            }
            Self::ErrorArchiveMailboxNotEnabled => "The mailbox has no archive: leave it out of 'folders'.",
            Self::ErrorInvalidSyncStateData => "Nothing to do: the folder is read anew.",
            Self::ErrorItemNotFound | Self::ErrorFolderNotFound | Self::ErrorSyncFolderNotFound => {
                "Nothing to do: it was deleted or moved meanwhile."
            }
            Self::UnreadableAnswer => "Look at the item with Outlook; it is tried again in the next run.",
            _ => {
                "Look up the code in Microsoft's EWS reference and the server's event log; it is tried again in the next run."
            }
        }
    }
}

impl std::fmt::Display for ResponseCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_keeps_its_name_known_or_not() {
        assert_eq!(ResponseCode::from("ErrorItemNotFound"), ResponseCode::ErrorItemNotFound);
        for name in ["ErrorItemNotFound", "ErrorVoiceMailNotImplemented", "NoError"] {
            assert_eq!(ResponseCode::from(name).as_str(), name);
        }
    }
}
