//! What the server names things by: opaque, and told apart by type. Knows no operation.

macro_rules! opaque {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub String);

        impl $name {
            /// As the server wrote it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

opaque! {
    /// `t:ItemId/@Id` (MS-OXWSCORE). Case-sensitive; changes when the item is moved.
    ItemId;
    /// `t:FolderId/@Id` (MS-OXWSFOLD). Case-sensitive; stays when the folder is moved.
    FolderId;
    /// `t:AttachmentId/@Id` (MS-OXWSATT).
    AttachmentId;
    /// `m:SyncState` (MS-OXWSSYNC): base64, up to tens of kB.
    SyncState;
    /// `m:SubscriptionId` (MS-OXWSNTIF).
    SubscriptionId;
    /// `t:Watermark` (MS-OXWSNTIF): how far a subscription by pull was read.
    Watermark;
}
