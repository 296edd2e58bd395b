//! Schema versions that a request names, and the server builds that understand them. Knows no element.

use serde::Deserialize;

/// `t:RequestServerVersion/@Version` (ExchangeVersionType), oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum RequestVersion {
    Exchange2007,
    Exchange2007Sp1,
    Exchange2010,
    Exchange2010Sp1,
    Exchange2010Sp2,
    Exchange2013,
    Exchange2013Sp1,
    Exchange2015,
    Exchange2016,
    V20151005,
    V20160106,
    V20160413,
    V20160713,
    V20161010,
}

const NAMES: [(&str, RequestVersion); 14] = [
    ("Exchange2007", RequestVersion::Exchange2007),
    ("Exchange2007_SP1", RequestVersion::Exchange2007Sp1),
    ("Exchange2010", RequestVersion::Exchange2010),
    ("Exchange2010_SP1", RequestVersion::Exchange2010Sp1),
    ("Exchange2010_SP2", RequestVersion::Exchange2010Sp2),
    ("Exchange2013", RequestVersion::Exchange2013),
    ("Exchange2013_SP1", RequestVersion::Exchange2013Sp1),
    ("Exchange2015", RequestVersion::Exchange2015),
    ("Exchange2016", RequestVersion::Exchange2016),
    ("V2015_10_05", RequestVersion::V20151005),
    ("V2016_01_06", RequestVersion::V20160106),
    ("V2016_04_13", RequestVersion::V20160413),
    ("V2016_07_13", RequestVersion::V20160713),
    ("V2016_10_10", RequestVersion::V20161010),
];

impl RequestVersion {
    /// The version of this schema name, or none where the schema has no such name.
    pub fn from_name(name: &str) -> Option<Self> {
        NAMES.iter().find(|(n, _)| *n == name).map(|(_, version)| *version)
    }

    /// The name as the schema writes it.
    pub fn name(self) -> &'static str {
        NAMES
            .iter()
            .find(|(_, v)| *v == self)
            .map_or("Exchange2007", |(name, _)| name)
    }
}

/// The product that the test Exchange passes itself off as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, clap::ValueEnum)]
pub enum ServerVersion {
    /// Exchange Server 2007 SP3, build 8.3.192.1.
    #[value(name = "2007")]
    #[serde(rename = "2007")]
    Exchange2007,
    /// Exchange Server 2010 SP2, build 14.2.247.5.
    #[value(name = "2010")]
    #[serde(rename = "2010")]
    Exchange2010,
    /// Exchange Server 2013 CU23, build 15.0.1497.2.
    #[value(name = "2013")]
    #[serde(rename = "2013")]
    Exchange2013,
    /// Exchange Server 2016 CU23, build 15.1.2507.6.
    #[value(name = "2016")]
    #[serde(rename = "2016")]
    Exchange2016,
    /// Exchange Server 2019 CU12, build 15.2.1118.7; Subscription Edition answers alike.
    #[value(name = "2019")]
    #[serde(rename = "2019")]
    Exchange2019,
}

impl ServerVersion {
    /// Every product, oldest first.
    pub const ALL: [Self; 5] = [
        Self::Exchange2007,
        Self::Exchange2010,
        Self::Exchange2013,
        Self::Exchange2016,
        Self::Exchange2019,
    ];

    /// The newest request version that this product understands.
    pub fn newest_request(self) -> RequestVersion {
        match self {
            Self::Exchange2007 => RequestVersion::Exchange2007Sp1,
            Self::Exchange2010 => RequestVersion::Exchange2010Sp2,
            Self::Exchange2013 => RequestVersion::Exchange2013Sp1,
            Self::Exchange2016 | Self::Exchange2019 => RequestVersion::Exchange2016,
        }
    }

    /// Major, minor, major build, minor build, as `t:ServerVersionInfo` gives them.
    pub fn build(self) -> [u16; 4] {
        match self {
            Self::Exchange2007 => [8, 3, 192, 1],
            Self::Exchange2010 => [14, 2, 247, 5],
            Self::Exchange2013 => [15, 0, 1497, 2],
            Self::Exchange2016 => [15, 1, 2507, 6],
            Self::Exchange2019 => [15, 2, 1118, 7],
        }
    }

    /// `t:ServerVersionInfo/@Version`: the schema that the server speaks best.
    pub(crate) fn schema_name(self) -> &'static str {
        match self {
            Self::Exchange2007 => "Exchange2007_SP1",
            Self::Exchange2010 => "Exchange2010_SP2",
            Self::Exchange2013 => "V2_23",
            Self::Exchange2016 | Self::Exchange2019 => "V2017_07_11",
        }
    }
}
