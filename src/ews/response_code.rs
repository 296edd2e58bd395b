//! `m:ResponseCode` (MS-OXWSCDATA, ResponseCodeType) by name. What each means stands in the policy's table.

/// Makes the enum of the table's rows: `Disposition Remedy { codes } => "advice";`.
macro_rules! response_codes {
    ($($disposition:ident $remedy:ident { $($name:ident)* } => $advice:literal;)*) => {
        /// What went wrong, in the server's terms (MS-OXWSCDATA, ResponseCodeType), and `UnreadableAnswer`, which is not of
        /// the schema: this client could not read the answer about an item.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[allow(missing_docs)]
        pub enum ResponseCode {
            $($($name,)*)*
            /// A code that has no name here.
            Other(String),
        }

        impl ResponseCode {
            /// Every name that has a row.
            pub const NAMES: &'static [&'static str] = &[$($(stringify!($name),)*)*];

            /// The schema's name.
            pub fn as_str(&self) -> &str {
                match self {
                    $($(Self::$name => stringify!($name),)*)*
                    Self::Other(name) => name,
                }
            }

            /// Its row of the table.
            pub fn policy(&self) -> Policy {
                let (disposition, remedy, advice) = match self {
                    $($(Self::$name)|* => (Disposition::$disposition, Remedy::$remedy, $advice),)*
                    Self::Other(_) => (
                        Disposition::Postpone,
                        Remedy::Protocol,
                        "Look up the code in Microsoft's EWS reference and the server's event log; it is tried again in the next run.",
                    ),
                };
                Policy {
                    disposition,
                    remedy,
                    advice: advice.into(),
                }
            }
        }

        impl From<&str> for ResponseCode {
            fn from(name: &str) -> Self {
                match name {
                    $($(stringify!($name) => Self::$name,)*)*
                    other => Self::Other(other.to_owned()),
                }
            }
        }

        impl std::fmt::Display for ResponseCode {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

pub(crate) use response_codes;
