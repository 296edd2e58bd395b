//! The failure policy: what an error means, and what the administrator can do about it. All of it stands here, and nowhere
//! else: response codes, HTTP, transport and tokens. Knows no operation; who asked for what decides what it is done to.

use std::borrow::Cow;

use crate::response_code::response_codes;
use crate::transport::{self, CertificateProblem, Scheme, TokenTrouble};
use crate::{Error, ResponseError};

/// What is done about an error. The hardest that a code can mean is not assumed where a milder is likely: who asked for many
/// things at once first finds the one that is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    /// It passes within seconds: the same is asked again, some times. Then the mailbox waits for the next run; an item is
    /// not counted as tried.
    Repeat,
    /// The server asks for patience: the mailbox waits as long as it says; longer than [`transport::throttle::PATIENCE`],
    /// the next run goes on. Nothing is counted.
    Wait,
    /// Size or time may be the reason: less is asked for. An item that fails alone is postponed.
    Split,
    /// It is one thing's trouble, and may pass: an item is tried again in later runs, and given up after a day of them.
    Postpone,
    /// It is one item's trouble, and stays: it is reported, and left on the server.
    Skip,
    /// What was asked for is not there.
    Gone,
    /// A sync state or a subscription that the server does not take any more: a new one is begun.
    Renew,
    /// The server does not know the version that was asked in: an older one is tried.
    OtherVersion,
    /// The folder is reported; the mailbox's others are read.
    StopFolder,
    /// The mailbox is reported; the run's others are read.
    StopMailbox,
    /// It is the same for every mailbox, and asking again does harm, as a refused password locks the account.
    StopRun,
}

/// Whose hands the remedy is in: one PHP exception class each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// A setting is wrong.
    Configuration,
    /// The way to the server, or to this mailbox on it, is closed.
    Connection,
    /// The server does not accept the service account.
    Authentication,
    /// The service account may not act for this mailbox, or there is no such mailbox.
    Impersonation,
    /// The server asks for patience.
    Throttled,
    /// What answers is not Exchange as we know it.
    Protocol,
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// What is done.
    pub disposition: Disposition,
    /// Whose hands the remedy is in.
    pub remedy: Remedy,
    /// What the administrator can do.
    pub advice: Cow<'static, str>,
}

/// What an error puts an end to, once all was done that its disposition says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// The folder that is read, at most.
    Folder,
    /// The mailbox.
    Mailbox,
    /// The run.
    Run,
}

impl Disposition {
    /// What ends by it.
    pub fn scope(self) -> Scope {
        match self {
            Self::Split | Self::Postpone | Self::Skip | Self::Gone | Self::Renew | Self::StopFolder => Scope::Folder,
            Self::Repeat | Self::Wait | Self::OtherVersion | Self::StopMailbox => Scope::Mailbox,
            Self::StopRun => Scope::Run,
        }
    }

    /// Of many things asked for at once, one may be the reason.
    pub(crate) fn may_be_one_of_many(self) -> bool {
        matches!(self, Self::Split | Self::Postpone | Self::Skip)
    }
}

response_codes! {
    Wait Throttled {
        ErrorServerBusy ErrorExceededConnectionCount ErrorTooManyObjectsOpened
    } => "Lower 'concurrency', or raise the server's throttling policy (Set-ThrottlingPolicy); it goes on when the time that the server asked for is over.";
    Repeat Connection {
        ErrorInternalServerTransientError ErrorConnectionFailed ErrorClientDisconnected ErrorRequestAborted
        ErrorInsufficientResources ErrorNotEnoughMemory ErrorIrresolvableConflict ErrorStaleObject
        ErrorProxyTokenExpired ErrorWebRequestInInvalidState
    } => "Look at the server's event log and load if it does not pass; it is tried again in the next run.";
    Repeat Connection {
        ErrorMailboxFailover
    } => "Check that the mailbox database is mounted (Get-MailboxDatabase -Status); it is tried again in the next run.";
    Split Connection {
        ErrorTimeoutExpired
    } => "Look at the item with Outlook, and at the server's load; it is tried again in the next run.";
    Split Protocol {
        ErrorBatchProcessingStopped ErrorDataSizeLimitExceeded ErrorResultSetTooBig ErrorExceededFindCountLimit
        ErrorRequestStreamTooBig ErrorResponseSchemaValidation UnreadableAnswer
    } => "Look at the item with Outlook; it is tried again in the next run.";
    Postpone Protocol {
        ErrorItemCorrupt ErrorCorruptData ErrorInternalServerError ErrorItemPropertyRequestFailed ErrorPropertyValidationFailure
        ErrorDataSourceOperation ErrorParsingXMLResponse ErrorProxySoapException ErrorWin32InteropError
        ErrorUnsupportedMapiPropertyType ErrorUnsupportedCulture ErrorObjectTypeChanged
    } => "Look at the item with Outlook and at the server's event log; it is tried again in the next run.";
    Skip Protocol {
        ErrorContentConversionFailed ErrorMimeContentConversionFailed ErrorMimeContentInvalid
        ErrorMimeContentInvalidBase64String ErrorUnsupportedMimeConversion ErrorUnsupportedTypeForConversion
        ErrorAttachmentNestLevelLimitExceeded ErrorAttachmentSizeLimitExceeded
        ErrorMessageSizeExceeded ErrorCannotOpenFileAttachment ErrorInvalidIdMonikerTooLong
        ErrorInvalidIdTooManyAttachmentLevels
    } => "Look at the item with Outlook: Exchange can't give it as mail, now or later; it was left on the server.";
    Skip Protocol {
        ErrorVirusDetected ErrorVirusMessageDeleted
    } => "Look at the report of the server's virus scanner: it holds the item back.";
    Skip Impersonation {
        ErrorAccessDenied
    } => "Give the service account the role ApplicationImpersonation for this mailbox (New-ManagementRoleAssignment -Role ApplicationImpersonation -User ...; in Exchange 2007 Add-ADPermission ... -ExtendedRights ms-Exch-EPI-May-Impersonate); an item that is protected (IRM) stays unreadable.";
    Gone Protocol {
        ErrorItemNotFound ErrorFolderNotFound ErrorSyncFolderNotFound ErrorParentFolderNotFound
        ErrorSavedItemFolderNotFound ErrorCannotAccessDeletedPublicFolder
    } => "Nothing to do: it was deleted or moved meanwhile.";
    Gone Protocol {
        ErrorInvalidId ErrorInvalidIdEmpty ErrorInvalidIdMalformed ErrorInvalidIdMalformedEwsLegacyIdFormat
        ErrorInvalidIdStoreObjectIdTooLong ErrorInvalidIdXml ErrorInvalidIdNotAnItemAttachmentId ErrorInvalidFolderId
        ErrorInvalidChangeKey ErrorInvalidAttachmentId ErrorCannotUseFolderIdForItemId
        ErrorCannotUseItemIdForFolderId
    } => "Nothing to do: the server has nothing of this id any more, as after a mailbox was moved to another organization.";
    Renew Protocol {
        ErrorInvalidSyncStateData
    } => "Nothing to do: the folder is read anew.";
    Renew Connection {
        ErrorInvalidSubscription ErrorSubscriptionNotFound ErrorExpiredSubscription ErrorSubscriptionUnsubscribed
        ErrorSubscriptionAccessDenied ErrorProxiedSubscriptionCallFailure ErrorInvalidWatermark
        ErrorMissedNotificationEvents ErrorReadEventsFailed ErrorEventNotFound ErrorInvalidPullSubscriptionId
        ErrorNewEventStreamConnectionOpened
    } => "Nothing to do: the mailbox is subscribed again.";
    OtherVersion Configuration {
        ErrorInvalidServerVersion ErrorSchemaValidation ErrorIncorrectSchemaVersion
        ErrorInvalidSchemaVersionForMailboxVersion
    } => "Set 'version' to 'auto', or to a version that this server knows.";
    StopFolder Protocol {
        ErrorFolderCorrupt ErrorFolderPropertRequestFailed ErrorSearchFolderNotInitialized
        ErrorInvalidFolderTypeForOperation ErrorNoPublicFolderReplicaAvailable ErrorNoPublicFolderServerAvailable
        ErrorPublicFolderMailboxDiscoveryFailed ErrorPublicFolderOperationFailed
        ErrorPublicFolderRequestProcessingFailed ErrorPublicFolderServerNotFound ErrorPublicFolderSyncException
        ErrorOperationNotAllowedWithPublicFolderRoot
    } => "Repair the folder (New-MailboxRepairRequest -CorruptionType FolderView,SearchFolder); the other folders are read.";
    StopFolder Protocol {
        ErrorContentIndexingNotEnabled ErrorUnsupportedPathForQuery ErrorUnsupportedQueryFilter
        ErrorContainsFilterWrongType ErrorQueryFilterTooLong ErrorRestrictionTooLong ErrorRestrictionTooComplex
        ErrorInvalidRestriction ErrorUnsupportedSubFilter ErrorUnsupportedPathForSortGroup
        ErrorSearchQueryHasTooManyKeywords ErrorMailboxScopeNotAllowedWithoutQueryString ErrorInstantSearchFailed
        ErrorInstantSearchTimeout ErrorInstantSearchSessionExpired
    } => "Nothing to do: the folder is searched without the server's index.";
    StopFolder Configuration {
        ErrorArchiveMailboxNotEnabled ErrorArchiveMailboxServiceDiscoveryFailed ErrorArchiveMailboxSearchFailed
        ErrorArchiveFolderPathCreation ErrorGetRemoteArchiveFolderFailed ErrorFindRemoteArchiveFolderFailed
        ErrorGetRemoteArchiveItemFailed ErrorExportRemoteArchiveItemsFailed
    } => "The mailbox has no archive: leave it out of 'folders'.";
    Gone Protocol {
        ErrorNameResolutionNoResults ErrorNameResolutionNoMailbox ErrorNameResolutionMultipleResults
        ErrorInvalidNameForNameResolution ErrorMailRecipientNotFound ErrorRecipientNotFound
        ErrorInvalidIdReturnedByResolveNames ErrorInvalidRoutingType ErrorResolveNamesInvalidFolderType
        ErrorResolveNamesOnlyOneContactsFolderAllowed ErrorDistributionListMemberNotExist
    } => "Nothing to do: the directory knows no such name.";
    StopMailbox Throttled {
        ErrorExceededSubscriptionCount
    } => "Raise EWSMaxSubscriptions in the server's throttling policy (Set-ThrottlingPolicy); it is tried again later.";
    StopMailbox Connection {
        ErrorMailboxMoveInProgress ErrorCrossSiteRequest
    } => "The mailbox is being moved; it is tried again in the next run.";
    StopMailbox Connection {
        ErrorMailboxStoreUnavailable ErrorQuotaExceeded ErrorMessagePerFolderCountReceiveQuotaExceeded
    } => "Check that the mailbox database is mounted (Get-MailboxDatabase -Status); it is tried again in the next run.";
    StopMailbox Connection {
        ErrorMailboxConfiguration ErrorMailboxLogonFailed ErrorLogonAsNetworkServiceFailed
        ErrorMissingExchangePrincipal ErrorMultiLegacyMailboxAccess ErrorUnifiedGroupMailboxNotFound
        ErrorTeamMailboxNotFound ErrorInvalidLogonType
    } => "Check that the mailbox and its user are enabled (Get-Mailbox, Get-User).";
    StopMailbox Connection {
        ErrorADUnavailable ErrorADOperation ErrorADSessionFilter ErrorLocalServerObjectNotFound
        ErrorGetServerSecurityDescriptorFailed ErrorDuplicateLegacyDistinguishedName
    } => "Check that Exchange reaches its domain controllers (Test-ServiceHealth, event log MSExchange ADAccess); it is tried again in the next run.";
    StopMailbox Connection {
        ErrorNoRespondingCASInDestinationSite ErrorNoApplicableProxyCASServersAvailable
        ErrorNoDestinationCASDueToSSLRequirements ErrorNoDestinationCASDueToKerberosRequirements
        ErrorNoDestinationCASDueToVersionMismatch ErrorServiceDiscoveryFailed ErrorProxyServiceDiscoveryFailed
    } => "The mailbox's site has no Client Access server that answers: check its servers and their InternalURL (Get-WebServicesVirtualDirectory), or set 'server' to one of that site; it is tried again in the next run.";
    StopMailbox Connection {
        ErrorProxyCallFailed ErrorProxyRequestProcessingFailed ErrorProxyRequestNotAllowed
        ErrorProxyGroupSidLimitExceeded ErrorInvalidProxySecurityContext ErrorInvalidNetworkServiceContext
        ErrorTokenSerializationDenied ErrorInvalidSerializedAccessToken
    } => "The server passes the request on to the mailbox's own one, and that fails: check that server, its certificate, and Windows authentication on its virtual directory EWS (Set-WebServicesVirtualDirectory -WindowsAuthentication $true); it is tried again in the next run.";
    StopMailbox Connection {
        ErrorWrongServerVersion ErrorWrongServerVersionDelegate ErrorInvalidSecurityDescriptor ErrorInvalidSid
    } => "Upgrade the client access server, or set 'server' to one of the mailbox's version: this one can't serve the mailbox.";
    StopMailbox Impersonation {
        ErrorImpersonateUserDenied ErrorInvalidManagementRoleHeader ErrorSubscriptionDelegateAccessNotSupported
        ErrorNotDelegate
    } => "Give the service account the role ApplicationImpersonation for this mailbox (New-ManagementRoleAssignment -Role ApplicationImpersonation -User ...; in Exchange 2007 Add-ADPermission ... -ExtendedRights ms-Exch-EPI-May-Impersonate).";
    StopMailbox Impersonation {
        ErrorImpersonationDenied ErrorImpersonationFailed ErrorInvalidExchangeImpersonationHeaderData
        ErrorInvalidClientSecurityContext ErrorMoreThanOneAccessModeSpecified ErrorAccessModeSpecified
        ErrorInvalidAccessLevel
    } => "Allow the service account to impersonate on this server (in Exchange 2007 Add-ADPermission ... -ExtendedRights ms-Exch-EPI-Impersonation on the Client Access server).";
    StopMailbox Impersonation {
        ErrorNonExistentMailbox ErrorInvalidSmtpAddress ErrorMissingEmailAddress ErrorMissingInformationEmailAddress
        ErrorInvalidMailbox ErrorInvalidUserPrincipalName ErrorInvalidUserSid ErrorInvalidUserSidMissingUPN
        ErrorMissingUserIdInformation ErrorInvalidUserInfo ErrorEmailAddressMismatch
        ErrorDistinguishedUserNotSupported
    } => "Check the user's e-mail address: Exchange has no mailbox of this primary address (Get-Mailbox).";
    StopMailbox Impersonation {
        ErrorCannotFindUser ErrorAddressSpaceNotFound ErrorOrganizationNotFederated
    } => "The directory has no such user, or hides it from this server: check the address (Get-Recipient), that its mailbox is of this organization, and replication between domain controllers.";
    StopMailbox Impersonation {
        ErrorNonPrimarySmtpAddress
    } => "Use the mailbox's primary address (Get-Mailbox ... | select PrimarySmtpAddress): this is another of its addresses.";
    StopMailbox Impersonation {
        ErrorUserNotAllowedByPolicy ErrorPermissionNotAllowedByPolicy ErrorNotAllowedExternalSharingByPolicy
    } => "Allow EWS for this mailbox and program (Set-CASMailbox -EwsEnabled, Get-OrganizationConfig | select Ews*).";
    StopMailbox Configuration {
        ErrorOrganizationAccessBlocked
    } => "The organization does not let this program in: allow it in Set-OrganizationConfig (EwsEnabled, EwsApplicationAccessPolicy, EwsAllowList), or lift the block of the tenant.";
    StopMailbox Configuration {
        ErrorInvalidLicense
    } => "License the server or the mailbox (Set-ExchangeServer -ProductKey): its trial is over.";
    StopRun Authentication {
        ErrorAccountDisabled ErrorCallerIsInvalidADAccount ErrorAccountSuspend ErrorAccountSuspendShowTierUpgrade
    } => "Enable the service account in the directory, or set 'login' to another one.";
    StopRun Authentication {
        ErrorPasswordExpired ErrorPasswordChangeRequired
    } => "Renew the service account's password and set it in 'password'.";
    StopRun Authentication {
        ErrorInvalidAuthorizationContext ErrorNoOAuthServerAvailableForRequest ErrorInvalidClientAccessTokenRequest
        ErrorInvalidCrossForestCredentials
    } => "Check the permissions of the application (full_access_as_app) and its certificate or secret; with an account, its rights.";
    Postpone Protocol {
        ErrorCannotArchiveItemsInArchiveMailbox ErrorCannotArchiveItemsInPublicFolders
        ErrorCannotCreatePostItemInNonMailFolder ErrorCannotDeleteObject ErrorCannotEmptyFolder
        ErrorCannotGetExternalEcpUrl ErrorCannotGetSourceFolderPath ErrorCannotSetPermissionUnknownEntries
        ErrorCannotSpecifySearchFolderAsSourceFolder ErrorChangeKeyRequired ErrorChangeKeyRequiredForWriteOperations
        ErrorClientIntentInvalidStateDefinition ErrorDuplicateExtendedKeywordDefinition
        ErrorDuplicateInputFolderNames ErrorDuplicateSOAPHeader ErrorDuplicateUserIdsSpecified ErrorInvalidArgument
        ErrorInvalidAttachmentSubfilter ErrorInvalidAttachmentSubfilterTextFilter ErrorInvalidBulkActionType
        ErrorInvalidCompleteDate ErrorInvalidExcludesRestriction ErrorInvalidExpressionTypeForSubFilter
        ErrorInvalidExtendedProperty ErrorInvalidExtendedPropertyValue ErrorInvalidFederatedOrganizationId
        ErrorInvalidFederationOrganizationIdentifier ErrorInvalidFractionalPagingParameters
        ErrorInvalidIndexedPagingParameters ErrorInvalidInternetHeaderChildNodes
        ErrorInvalidInternetWebProxyOnLocalServer ErrorInvalidItemForOperationAcceptItem
        ErrorInvalidItemForOperationArchiveItem ErrorInvalidItemForOperationCancelItem
        ErrorInvalidItemForOperationCreateItem ErrorInvalidItemForOperationCreateItemAttachment
        ErrorInvalidItemForOperationDeclineItem ErrorInvalidItemForOperationExpandDL
        ErrorInvalidItemForOperationRemoveItem ErrorInvalidItemForOperationSendItem
        ErrorInvalidItemForOperationTentative ErrorInvalidLikeRequest ErrorInvalidOperation ErrorInvalidPagingMaxRows
        ErrorInvalidParentFolder ErrorInvalidPercentCompleteValue ErrorInvalidPermissionSettings
        ErrorInvalidPropertyAppend ErrorInvalidPropertyDelete ErrorInvalidPropertyForExists
        ErrorInvalidPropertyForOperation ErrorInvalidPropertyRequest ErrorInvalidPropertySet
        ErrorInvalidPropertyUpdateSentMessage ErrorInvalidPushSubscriptionUrl ErrorInvalidRecipientSubfilter
        ErrorInvalidRecipientSubfilterComparison ErrorInvalidRecipientSubfilterOrder
        ErrorInvalidRecipientSubfilterTextFilter ErrorInvalidRecipients ErrorInvalidReferenceItem
        ErrorInvalidReportMessageActionType ErrorInvalidRequest ErrorInvalidSIPUri ErrorInvalidSendItemSaveSettings
        ErrorInvalidSubfilterType ErrorInvalidSubfilterTypeNotAttendeeType ErrorInvalidSubfilterTypeNotRecipientType
        ErrorInvalidSubscriptionRequest ErrorInvalidTimeInterval ErrorInvalidValueForProperty
        ErrorLocationServicesInvalidRequest ErrorMessageDispositionRequired ErrorMissingArgument
        ErrorMissingInformationReferenceItemId ErrorMissingItemForCreateItemAttachment ErrorMissingRecipients
        ErrorParentFolderIdRequired ErrorRequiredPropertyMissing ErrorUnsupportedPropertyDefinition
        ErrorUnsupportedUserForExecuteSearch ErrorValueOutOfRange
    } => "Report it with the server's version: the server does not take a request as this program writes it; it is tried again in the next run.";
    Postpone Protocol {
        ErrorAddDelegatesFailed ErrorAffectedTaskOccurrencesRequired ErrorApplyConversationActionFailed
        ErrorAutoDiscoverFailed ErrorAvailabilityConfigNotFound ErrorCalendarCannotMoveOrCopyOccurrence
        ErrorCalendarCannotUpdateDeletedItem ErrorCalendarCannotUseIdForOccurrenceId
        ErrorCalendarCannotUseIdForRecurringMasterId ErrorCalendarDurationIsTooLong
        ErrorCalendarEndDateIsEarlierThanStartDate ErrorCalendarFolderIsInvalidForCalendarView
        ErrorCalendarInvalidAttributeValue ErrorCalendarInvalidDayForTimeChangePattern
        ErrorCalendarInvalidDayForWeeklyRecurrence ErrorCalendarInvalidPropertyState
        ErrorCalendarInvalidPropertyValue ErrorCalendarInvalidRecurrence ErrorCalendarInvalidTimeZone
        ErrorCalendarIsCancelledForAccept ErrorCalendarIsCancelledForDecline ErrorCalendarIsCancelledForRemove
        ErrorCalendarIsCancelledForTentative ErrorCalendarIsDelegatedForAccept ErrorCalendarIsDelegatedForDecline
        ErrorCalendarIsDelegatedForRemove ErrorCalendarIsDelegatedForTentative ErrorCalendarIsGroupMailboxForAccept
        ErrorCalendarIsGroupMailboxForDecline ErrorCalendarIsGroupMailboxForSuppressReadReceipt
        ErrorCalendarIsGroupMailboxForTentative ErrorCalendarIsNotOrganizer ErrorCalendarIsOrganizerForAccept
        ErrorCalendarIsOrganizerForDecline ErrorCalendarIsOrganizerForRemove ErrorCalendarIsOrganizerForTentative
        ErrorCalendarMeetingRequestIsOutOfDate ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange
        ErrorCalendarOccurrenceIsDeletedFromRecurrence ErrorCalendarOutOfRange
        ErrorCalendarSeekToConditionNotSupported ErrorCalendarViewRangeTooBig
        ErrorCannotArchiveCalendarContactTaskFolderException ErrorCannotCreateCalendarItemInNonCalendarFolder
        ErrorCannotCreateContactInNonContactFolder ErrorCannotCreateTaskInNonTaskFolder
        ErrorCannotDeleteTaskOccurrence ErrorCannotDisableMandatoryExtension
        ErrorCannotSetCalendarPermissionOnNonCalendarFolder ErrorCannotSetNonCalendarPermissionOnCalendarFolder
        ErrorCannotUninstallProvidedExtensions ErrorClientIntentNotFound ErrorCreateItemAccessDenied
        ErrorCreateManagedFolderPartialCompletion ErrorCreateSubfolderAccessDenied ErrorCrossMailboxMoveCopy
        ErrorDelegateAlreadyExists ErrorDelegateCannotAddOwner ErrorDelegateMissingConfiguration ErrorDelegateNoUser
        ErrorDelegateValidationFailed ErrorDeleteDistinguishedFolder ErrorDeleteItemsFailed
        ErrorDeleteUnifiedMessagingPromptFailed ErrorDiscoverySearchesDisabled
        ErrorDuplicateSenderRestrictionsInputFound ErrorExceededMaxRecipientLimit ErrorExceededMaxRecipientLimitBlock
        ErrorExceededMaxRecipientLimitShowTierUpgrade ErrorExceededMessageLimit
        ErrorExceededMessageLimitShowTierUpgrade ErrorExtensionAlreadyInstalledForOrg ErrorExtensionNotFound
        ErrorFolderExists ErrorFolderSave ErrorFolderSaveFailed ErrorFolderSavePropertyError
        ErrorFreeBusyDLLimitReached ErrorFreeBusyGenerationFailed ErrorIPGatewayNotFound ErrorImContactLimitReached
        ErrorImGroupDisplayNameAlreadyExists ErrorImGroupLimitReached ErrorInboxRulesValidationError
        ErrorIncorrectUpdatePropertyCount ErrorIndividualMailboxLimitReached ErrorInvalidContactEmailAddress
        ErrorInvalidContactEmailIndex ErrorInvalidDelegatePermission ErrorInvalidDelegateUserId
        ErrorInvalidExtensionId ErrorInvalidExternalSharingInitiator ErrorInvalidExternalSharingSubscriber
        ErrorInvalidFreeBusyViewType ErrorInvalidGetSharingFolderRequest ErrorInvalidImContactId
        ErrorInvalidImDistributionGroupSmtpAddress ErrorInvalidImGroupId ErrorInvalidKeepNCount ErrorInvalidKeepNType
        ErrorInvalidLatitude ErrorInvalidLongitude ErrorInvalidManagedFolderProperty ErrorInvalidManagedFolderQuota
        ErrorInvalidManagedFolderSize ErrorInvalidMergedFreeBusyInterval ErrorInvalidOofParameter
        ErrorInvalidOrganizationRelationshipForFreeBusy ErrorInvalidPhoneCallId ErrorInvalidPhoneNumber
        ErrorInvalidPhotoSize ErrorInvalidRetentionTagIdGuid ErrorInvalidRetentionTagInheritance
        ErrorInvalidRetentionTagInvisible ErrorInvalidRetentionTagNone ErrorInvalidRetentionTagTypeMismatch
        ErrorInvalidScheduledOofDuration ErrorInvalidSharingData ErrorInvalidSharingMessage ErrorInvalidSweepRule
        ErrorInvalidSweepRuleOperationType ErrorInvalidUserOofSettings ErrorItemSave ErrorItemSavePropertyError
        ErrorLegacyMailboxFreeBusyViewTypeNotMerged ErrorLocationServicesDisabled ErrorLocationServicesRequestFailed
        ErrorLocationServicesRequestTimedOut ErrorMailTipsDisabled ErrorMailboxDataArrayEmpty
        ErrorMailboxDataArrayTooBig ErrorMailboxHoldNotFound ErrorManagedFolderAlreadyExists
        ErrorManagedFolderNotFound ErrorManagedFoldersRootFailure ErrorMarketPlaceExtensionAlreadyInstalledForOrg
        ErrorMeetingSuggestionGenerationFailed ErrorMessageBlocked ErrorMessageSubmissionBlocked
        ErrorMessageTrackingNoSuchDomain ErrorMessageTrackingPermanentError ErrorMessageTrackingTransientError
        ErrorMissingEmailAddressForManagedFolder ErrorMissingInformationSharingFolderId ErrorMissingManagedFolderId
        ErrorMoveCopyFailed ErrorMoveDistinguishedFolder ErrorNewerExtensionAlreadyInstalled
        ErrorNewerMarketPlaceExtensionAlreadyInstalled ErrorNoCalendar ErrorNoFolderClassOverride
        ErrorNoFreeBusyAccess ErrorNoPropertyTagForCustomProperties
        ErrorNoRbacPermissionToInstallMarketPlaceExtensions ErrorNoRbacPermissionToInstallReadWriteMailboxExtensions
        ErrorNoSenderRestrictionsSettingsFoundInRequest ErrorNoSpeechDetected ErrorNotSupportedSharingMessage
        ErrorOccurrenceCrossingBoundary ErrorOccurrenceTimeSpanTooBig ErrorOutlookRuleBlobExists
        ErrorPhoneNumberNotDialable ErrorPromptPublishingOperationFailed ErrorPropertyUpdate
        ErrorReadReceiptNotPending ErrorRecognizerNotInstalled ErrorRecurrenceEndDateTooBig
        ErrorRecurrenceHasNoOccurrence ErrorRemoveDelegatesFailed ErrorRulesOverQuota ErrorSearchTooManyMailboxes
        ErrorSendAsDenied ErrorSendMeetingCancellationsRequired ErrorSendMeetingInvitationsOrCancellationsRequired
        ErrorSendMeetingInvitationsRequired ErrorSenderRestrictionsUpdateFailed ErrorSentMeetingRequestUpdate
        ErrorSentTaskRequestUpdate ErrorSharingNoExternalEwsAvailable ErrorSharingSynchronizationFailed
        ErrorSpeechGrammarError ErrorSubmissionQuotaExceeded ErrorTargetDomainNotSupported
        ErrorTeamMailboxActiveToPendingDelete ErrorTeamMailboxErrorUnknown ErrorTeamMailboxFailedSendingNotifications
        ErrorTeamMailboxNotAuthorizedOwner ErrorTeamMailboxNotLinkedToSharePoint ErrorTeamMailboxUrlValidationFailed
        ErrorTimeIntervalTooBig ErrorTimeZone ErrorToFolderNotFound ErrorUMServerUnavailable
        ErrorUnableToGetUserOofSettings ErrorUnableToRemoveImContactFromGroup ErrorUnexpectedUnifiedGroupsCount
        ErrorUnifiedGroupAadAuthorizationRequestDenied ErrorUnifiedGroupAlreadyExists
        ErrorUnifiedGroupCreationDisabled ErrorUnifiedGroupMailboxAADCreationFailed
        ErrorUnifiedGroupMailboxAADDeleteFailed ErrorUnifiedGroupMailboxDeleteFailed
        ErrorUnifiedGroupMailboxNamingPolicy ErrorUnifiedGroupMailboxProvisionFailed
        ErrorUnifiedGroupMailboxUpdateDelayed ErrorUnifiedGroupMailboxUpdateFailed
        ErrorUnifiedGroupMailboxUpdatedPartialProperties ErrorUnifiedMessagingDialPlanNotFound
        ErrorUnifiedMessagingPromptNotFound ErrorUnifiedMessagingReportDataNotFound
        ErrorUnifiedMessagingRequestFailed ErrorUnifiedMessagingServerNotFound ErrorUnsupportedRecurrence
        ErrorUpdateDelegatesFailed ErrorUpdatePropertyMismatch ErrorUserNotUnifiedMessagingEnabled
        ErrorUserWithoutFederatedProxyAddress ErrorVoiceMailNotImplemented ErrorWeatherServiceDisabled
        ErrorWorkingHoursSaveFailed ErrorWorkingHoursXmlMalformed NoError
    } => "Report it with the server's version: this program does nothing that this code is about; it is tried again in the next run.";
}

impl transport::Error {
    /// Its row of the table.
    #[rustfmt::skip]
    pub fn policy(&self) -> Policy {
        use Disposition::{Postpone, Repeat, Split, StopMailbox, StopRun, Wait};
        use Remedy::{Authentication, Configuration, Connection, Protocol, Throttled};
        let (disposition, remedy, advice) = match self {
            Self::CaFile { .. } => (StopRun, Configuration,
                "Set ca_file to a readable PEM file with the certificate authority of the server."),
            Self::TlsSetup { .. } => (StopRun, Configuration,
                "Report this: it can't be mended by a setting."),
            Self::PlainHttp { .. } => (StopRun, Configuration,
                "Use the https:// address of the server."),
            Self::Setting { .. } => (StopRun, Configuration,
                "Complete the settings or choose another auth."),
            // DNS fails and comes back.
            Self::UnknownHost { .. } => (Repeat, Connection,
                "Check the spelling of the setting 'server' and this host's DNS."),
            Self::Unreachable { .. } => (Repeat, Connection,
                "Check the host and port in the setting 'server', the firewall, and that the server runs."),
            Self::Timeout { setting: "connect_timeout", .. } => (Repeat, Connection,
                "Check the network and the server's load, or raise connect_timeout."),
            Self::Timeout { .. } => (Split, Connection,
                "Check the network and the server's load, or raise request_timeout."),
            Self::Certificate { problem, .. } => (StopMailbox, Connection, of_certificate(problem)),
            Self::Handshake { is_outdated: true, .. } => (StopMailbox, Connection,
                "Switch on TLS 1.2 on the server (Exchange 2010 and older need it switched on); until then set legacy_tls, which allows TLS 1.0 and 1.1."),
            Self::Handshake { is_outdated: false, .. } => (StopMailbox, Connection,
                "Check that the port speaks HTTPS."),
            Self::Broken { .. } | Self::Truncated { .. } => (Split, Connection,
                "Check proxies, load balancers and the network on the way; it is tried again in the next run."),
            Self::TooLarge { .. } => (Split, Protocol,
                "Raise max_message_bytes if mail of this size is wanted."),
            Self::Refused { scheme: Scheme::OAuth, .. } => (StopRun, Authentication,
                "Check oauth_client_id and oauth_scope, and that the application may use EWS (permission full_access_as_app, with an administrator's consent)."),
            Self::Refused { .. } => (StopRun, Authentication,
                "Check login (DOMAIN\\user or user@domain) and password, and that the account is neither locked nor expired."),
            Self::NoCommonScheme { .. } => (StopMailbox, Configuration,
                "Set 'auth' to a scheme that the server offers, or allow another one on the virtual directory EWS."),
            // The cache of tickets may be being renewed.
            Self::Ticket { .. } => (Repeat, Connection,
                "As the user that PHP runs as: get a ticket (kinit), or give a keytab in KRB5_CLIENT_KTNAME; check krb5.conf and the clock; or set 'auth' to ntlm."),
            Self::Token { trouble: TokenTrouble::Refused, .. } => (StopRun, Authentication,
                "Check oauth_token_url, oauth_client_id, oauth_client_secret and oauth_scope."),
            Self::Token { trouble: TokenTrouble::Passing, .. } => (Repeat, Connection,
                "Check oauth_token_url and that this host reaches it; it is tried again in the next run."),
            // A filter's verdict may be on one item.
            Self::Forbidden { .. } => (Postpone, Connection,
                "Allow EWS for this account and application (Set-CASMailbox -EwsEnabled, Set-OrganizationConfig -EwsApplicationAccessPolicy) and for this host's address, on the server and on proxies before it."),
            Self::Proxy { .. } => (StopMailbox, Connection,
                "Write the proxy's login into the setting 'proxy' (http://user:password@host:port), or ask the network's administrator for a way to Exchange without one."),
            Self::Tunnel { .. } => (Repeat, Connection,
                "Check the host and port in the setting 'proxy', and that the proxy allows CONNECT to the server."),
            Self::Redirected { to, .. } => return Policy {
                disposition: StopMailbox,
                remedy: Protocol,
                advice: format!("If {to} is your Exchange server, set 'server' to it; if it is a login page, set 'server' to https://HOST/EWS/Exchange.asmx and publish that path without the page.").into(),
            },
            Self::Busy { .. } | Self::Held { .. } => (Wait, Throttled,
                "Nothing to do: it goes on when the time that the server asked for is over; for more speed raise its throttling policy."),
            Self::Server { .. } => (Split, Connection,
                "Look at the server's and the proxy's event logs; it is tried again in the next run."),
            Self::NotEws { status: 413, .. } => (Split, Protocol,
                "Raise maxAllowedContentLength and maxRequestLength of the server's virtual directory EWS, and the limits of proxies."),
            Self::NotEws { .. } => (Postpone, Protocol,
                "Set 'server' to the address of Exchange, https://HOST/EWS/Exchange.asmx."),
        };
        Policy { disposition, remedy, advice: advice.into() }
    }
}

#[rustfmt::skip]
fn of_certificate(problem: &CertificateProblem) -> &'static str {
    match problem {
        CertificateProblem::Expired => "Renew the certificate on the Exchange server (check this host's clock).",
        CertificateProblem::NotYetValid => "Check the clocks of this host and of the Exchange server.",
        CertificateProblem::UnknownIssuer => "Export your certificate authority as PEM and name the file in the setting ca_file.",
        CertificateProblem::SelfSigned => "Export the server's certificate as PEM and name the file in the setting ca_file.",
        CertificateProblem::Weak(_) => "Renew it with a key of RSA 2048 or longer and SHA-256; until then set legacy_tls.",
        CertificateProblem::WrongName { .. } =>
            "Set 'server' to a name that is in the certificate, or renew the certificate with this name.",
        CertificateProblem::Revoked | CertificateProblem::Other(_) => "Renew the certificate on the Exchange server.",
    }
}

impl Error {
    /// Its row of the table.
    pub fn policy(&self) -> Policy {
        match self {
            Self::Transport(error) => error.policy(),
            Self::Response(ResponseError { code, .. }) => code.policy(),
            Self::Protocol { .. } => Policy {
                disposition: Disposition::Split,
                remedy: Remedy::Protocol,
                advice: "Check proxies and filters between this host and Exchange; it is tried again in the next run."
                    .into(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ResponseCode;

    /// Every name of ResponseCodeType in Microsoft's messages.xsd (Exchange2016), one a line.
    const SCHEMA: &str = include_str!("../../tests/fixtures/response_codes.txt");

    #[test]
    fn every_code_of_the_schema_has_a_row_and_no_row_is_of_another_code() {
        let schema: Vec<&str> = SCHEMA.lines().collect();
        for name in &schema {
            assert!(!matches!(ResponseCode::from(*name), ResponseCode::Other(_)), "{name}");
        }
        for name in ResponseCode::NAMES {
            assert!(schema.contains(name) || *name == "UnreadableAnswer", "{name}");
        }
        assert_eq!(ResponseCode::NAMES.len(), schema.len() + 1);
    }

    #[test]
    fn every_row_says_what_to_do() {
        for name in ResponseCode::NAMES {
            let policy = ResponseCode::from(*name).policy();
            assert!(policy.advice.ends_with('.') && policy.advice.len() > 20, "{name}");
        }
    }

    #[test]
    fn only_what_locks_the_account_or_is_wrong_for_all_stops_a_run() {
        let stopping = ResponseCode::NAMES
            .iter()
            .map(|name| ResponseCode::from(*name).policy())
            .filter(|policy| policy.disposition == Disposition::StopRun);
        assert!(
            stopping
                .into_iter()
                .all(|policy| policy.remedy == Remedy::Authentication)
        );
        let url = "https://mail.example.com/EWS/Exchange.asmx".to_owned();
        let passing = [
            transport::Error::Token {
                url: url.clone(),
                reason: String::new(),
                trouble: TokenTrouble::Passing,
            },
            transport::Error::Ticket {
                host: "mail.example.com".into(),
                reason: String::new(),
            },
            transport::Error::Forbidden {
                url: url.clone(),
                login: "svc".into(),
            },
            transport::Error::UnknownHost {
                host: "mail.example.com".into(),
                reason: String::new(),
            },
            transport::Error::Proxy { url },
        ];
        for error in passing {
            let policy = error.policy();
            assert!(
                policy.disposition != Disposition::StopRun && policy.remedy != Remedy::Authentication,
                "{error}"
            );
        }
    }
}
