//! Schema versions and products, and which one to ask in. Knows no envelope.

/// `t:RequestServerVersion/@Version` (ExchangeVersionType), oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, non_camel_case_types)] // The schema's own names.
pub enum RequestServerVersion {
    Exchange2007,
    Exchange2007_SP1,
    Exchange2010,
    Exchange2010_SP1,
    Exchange2010_SP2,
    Exchange2013,
    Exchange2013_SP1,
    Exchange2015,
    Exchange2016,
}

impl RequestServerVersion {
    /// Every one, oldest first.
    pub const ALL: [Self; 9] = [
        Self::Exchange2007,
        Self::Exchange2007_SP1,
        Self::Exchange2010,
        Self::Exchange2010_SP1,
        Self::Exchange2010_SP2,
        Self::Exchange2013,
        Self::Exchange2013_SP1,
        Self::Exchange2015,
        Self::Exchange2016,
    ];

    /// The schema's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exchange2007 => "Exchange2007",
            Self::Exchange2007_SP1 => "Exchange2007_SP1",
            Self::Exchange2010 => "Exchange2010",
            Self::Exchange2010_SP1 => "Exchange2010_SP1",
            Self::Exchange2010_SP2 => "Exchange2010_SP2",
            Self::Exchange2013 => "Exchange2013",
            Self::Exchange2013_SP1 => "Exchange2013_SP1",
            Self::Exchange2015 => "Exchange2015",
            Self::Exchange2016 => "Exchange2016",
        }
    }

    /// The version of that name, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|version| version.name().eq_ignore_ascii_case(name))
    }
}

/// `ServerVersionInfo` of an answer's header: the server's build.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerVersionInfo {
    /// 8: 2007, 14: 2010, 15: 2013 and later.
    pub major: u32,
    /// Of 15: 0: 2013, 1: 2016, 2: 2019 and Subscription Edition.
    pub minor: u32,
    /// Cumulative update.
    pub major_build: u32,
    /// Security update.
    pub minor_build: u32,
    /// The newest schema it knows, such as `V2017_07_11`.
    pub version: Option<String>,
}

impl ServerVersionInfo {
    /// The build as administrators write it, such as `15.2.1544.4`.
    pub fn build(&self) -> String {
        format!(
            "{}.{}.{}.{}",
            self.major, self.minor, self.major_build, self.minor_build
        )
    }

    /// The product by its build (Microsoft, "Exchange Server build numbers and release dates").
    pub fn product(&self) -> &'static str {
        match (self.major, self.minor) {
            (8, _) => "Exchange 2007",
            (14, _) => "Exchange 2010",
            (15, 0) => "Exchange 2013",
            (15, 1) => "Exchange 2016",
            (15, 2) if self.major_build >= FIRST_SUBSCRIPTION_EDITION => "Exchange Subscription Edition",
            (15, 2) => "Exchange 2019",
            (15, _) => "Exchange Online",
            _ => "an unknown Exchange",
        }
    }

    /// The newest request version that this client has a use for and this build understands.
    pub(crate) fn newest_request(&self) -> RequestServerVersion {
        match (self.major, self.minor) {
            (..=7, _) | (8, 0) => RequestServerVersion::Exchange2007,
            (8, _) => RequestServerVersion::Exchange2007_SP1,
            (..=14, 0) => RequestServerVersion::Exchange2010,
            (..=14, 1) => RequestServerVersion::Exchange2010_SP1,
            (..=14, _) => RequestServerVersion::Exchange2010_SP2,
            (15, 0) if self.major_build < FIRST_2013_SP1 => RequestServerVersion::Exchange2013,
            // Everything later is understood by later builds too, and adds nothing that is read here.
            _ => RequestServerVersion::Exchange2013_SP1,
        }
    }
}

/// Which version to ask in, and how that is found out: from the newest that has a use here, down to one that the server
/// does not refuse, then up to the newest that its build understands.
#[derive(Debug, Clone)]
pub(crate) struct Negotiation {
    version: RequestServerVersion,
    server: Option<ServerVersionInfo>,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The administrator's choice.
    Chosen,
    /// Nothing above this is worth a try.
    Open { ceiling: RequestServerVersion },
    /// The server answered in this version.
    Settled,
}

impl Negotiation {
    pub(crate) fn new(chosen: Option<RequestServerVersion>) -> Self {
        let newest = RequestServerVersion::Exchange2013_SP1;
        Self {
            version: chosen.unwrap_or(newest),
            server: None,
            stage: chosen.map_or(Stage::Open { ceiling: newest }, |_| Stage::Chosen),
        }
    }

    /// For another mailbox, which may lie on a server of another age: begins where this one is.
    pub(crate) fn of_another_mailbox(&self) -> Self {
        let stage = match self.stage {
            Stage::Chosen => Stage::Chosen,
            Stage::Open { .. } | Stage::Settled => Stage::Open {
                ceiling: RequestServerVersion::Exchange2013_SP1,
            },
        };
        Self {
            version: self.version,
            server: None,
            stage,
        }
    }

    pub(crate) fn version(&self) -> RequestServerVersion {
        self.version
    }

    pub(crate) fn server(&self) -> Option<&ServerVersionInfo> {
        self.server.as_ref()
    }

    /// Any answer's header.
    pub(crate) fn met(&mut self, server: Option<&ServerVersionInfo>) {
        if server.is_some() && self.server.as_ref() != server {
            self.server = server.cloned();
        }
    }

    /// The server did what was asked in this version.
    pub(crate) fn accepted(&mut self, asked: RequestServerVersion) {
        let Stage::Open { ceiling } = self.stage else { return };
        if asked != self.version {
            return;
        }
        match self.server.as_ref().map(|server| server.newest_request().min(ceiling)) {
            Some(better) if better > asked => self.version = better,
            _ => self.stage = Stage::Settled,
        }
    }

    /// The server refused this version; whether there is another one to ask in.
    pub(crate) fn refused(&mut self, asked: RequestServerVersion) -> bool {
        use RequestServerVersion::{Exchange2007, Exchange2007_SP1};
        if self.stage == Stage::Chosen {
            return false;
        }
        // Another request found a version meanwhile.
        if asked != self.version {
            return true;
        }
        if self.stage == Stage::Settled {
            return false;
        }
        let known = self.server.as_ref().map(ServerVersionInfo::newest_request);
        let fallback = match known.filter(|known| *known < asked) {
            Some(known) => known,
            None if asked > Exchange2007_SP1 => Exchange2007_SP1,
            None if asked == Exchange2007_SP1 => Exchange2007,
            None => return false,
        };
        let below = RequestServerVersion::ALL.into_iter().rfind(|version| *version < asked);
        self.stage = Stage::Open {
            ceiling: below.unwrap_or(fallback),
        };
        self.version = fallback;
        true
    }
}

/// 15.2.2562.17, Subscription Edition RTM.
const FIRST_SUBSCRIPTION_EDITION: u32 = 2562;
/// 15.0.847.32, 2013 SP1.
const FIRST_2013_SP1: u32 = 847;

#[cfg(test)]
mod tests {
    use super::*;

    fn info(major: u32, minor: u32, major_build: u32) -> ServerVersionInfo {
        ServerVersionInfo {
            major,
            minor,
            major_build,
            minor_build: 4,
            version: None,
        }
    }

    #[test]
    fn builds_are_told_by_product() {
        assert_eq!(info(8, 3, 192).product(), "Exchange 2007");
        assert_eq!(info(15, 2, 1544).product(), "Exchange 2019");
        assert_eq!(info(15, 2, 2562).product(), "Exchange Subscription Edition");
        assert_eq!(info(15, 2, 1544).build(), "15.2.1544.4");
    }

    #[test]
    fn each_build_is_asked_in_the_newest_version_it_knows() {
        let newest = |major, minor, build| info(major, minor, build).newest_request().name();
        assert_eq!(newest(8, 0, 685), "Exchange2007");
        assert_eq!(newest(8, 3, 192), "Exchange2007_SP1");
        assert_eq!(newest(14, 0, 639), "Exchange2010");
        assert_eq!(newest(14, 1, 218), "Exchange2010_SP1");
        assert_eq!(newest(14, 3, 123), "Exchange2010_SP2");
        assert_eq!(newest(15, 0, 516), "Exchange2013");
        assert_eq!(newest(15, 0, 1497), "Exchange2013_SP1");
        assert_eq!(newest(15, 2, 2562), "Exchange2013_SP1");
    }

    #[test]
    fn an_old_server_that_tells_its_build_is_asked_in_its_own_version_at_once() {
        let mut negotiation = Negotiation::new(None);
        negotiation.met(Some(&info(14, 3, 123)));
        assert!(negotiation.refused(RequestServerVersion::Exchange2013_SP1));
        assert_eq!(negotiation.version(), RequestServerVersion::Exchange2010_SP2);
        negotiation.accepted(RequestServerVersion::Exchange2010_SP2);
        assert!(
            !negotiation.refused(RequestServerVersion::Exchange2010_SP2),
            "it is settled"
        );
    }

    #[test]
    fn a_server_that_hides_its_build_until_it_accepts_is_raised_to_what_it_knows() {
        let mut negotiation = Negotiation::new(None);
        assert!(negotiation.refused(RequestServerVersion::Exchange2013_SP1));
        assert_eq!(negotiation.version(), RequestServerVersion::Exchange2007_SP1);
        negotiation.met(Some(&info(14, 1, 218)));
        negotiation.accepted(RequestServerVersion::Exchange2007_SP1);
        assert_eq!(negotiation.version(), RequestServerVersion::Exchange2010_SP1);
    }

    #[test]
    fn a_server_that_refuses_everything_is_not_asked_for_ever() {
        let mut negotiation = Negotiation::new(None);
        negotiation.met(Some(&info(15, 2, 2562)));
        let mut asked = Vec::new();
        loop {
            asked.push(negotiation.version().name());
            if !negotiation.refused(negotiation.version()) {
                break;
            }
        }
        assert_eq!(asked, ["Exchange2013_SP1", "Exchange2007_SP1", "Exchange2007"]);
    }

    #[test]
    fn one_refusal_is_enough_for_all_requests_under_way() {
        let mut negotiation = Negotiation::new(None);
        negotiation.met(Some(&info(8, 3, 192)));
        for _ in 0..3 {
            assert!(negotiation.refused(RequestServerVersion::Exchange2013_SP1));
        }
        assert_eq!(negotiation.version(), RequestServerVersion::Exchange2007_SP1);
    }

    #[test]
    fn a_chosen_version_stays() {
        let mut negotiation = Negotiation::new(Some(RequestServerVersion::Exchange2016));
        assert!(!negotiation.refused(RequestServerVersion::Exchange2016));
        negotiation.accepted(RequestServerVersion::Exchange2016);
        assert_eq!(negotiation.version(), RequestServerVersion::Exchange2016);
    }

    #[test]
    fn names_are_the_schemas_in_any_case() {
        for version in RequestServerVersion::ALL {
            assert_eq!(
                RequestServerVersion::from_name(&version.name().to_lowercase()),
                Some(version)
            );
        }
        assert_eq!(RequestServerVersion::from_name("Exchange2019"), None);
    }
}
