//! Where a mailbox lives behind the load balancer. Knows no authentication.

use std::sync::Arc;

use reqwest::cookie::{CookieStore, Jar};
use reqwest::header::HeaderValue;
use url::Url;

/// The HTTP side of one mailbox: where to route it, and the server's cookies for it.
///
/// Cookies stay with the mailbox because `X-BackEndCookie` names the mailbox server that holds it: one jar for all
/// mailboxes would send each to another's server.
#[derive(Debug, Default)]
pub struct Route {
    /// The mailbox whose budget the request is charged to; bounds its requests at once. Without it only the server's bound counts.
    pub mailbox: Option<String>,
    /// Value of `X-AnchorMailbox` (Exchange 2013 and newer).
    pub anchor_mailbox: Option<String>,
    /// Whether the requests must all come to one mailbox server.
    pub affinity: Affinity,
    pub(super) cookies: Arc<Jar>,
}

/// Which mailbox server a request wants, of several that can answer it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Affinity {
    /// Whichever the server chooses.
    #[default]
    Any,
    /// The one that answered the anchor before: `X-PreferServerAffinity`, and the `X-BackEndOverrideCookie` that it sets.
    Preferred,
}

impl Route {
    /// To a mailbox, by `X-AnchorMailbox`.
    pub fn to(mailbox: &str) -> Self {
        Self {
            mailbox: Some(mailbox.into()),
            anchor_mailbox: Some(mailbox.into()),
            ..Self::default()
        }
    }

    /// To a mailbox on a server older than `X-AnchorMailbox` (Exchange 2007 and 2010).
    pub fn without_anchor(mailbox: &str) -> Self {
        Self {
            mailbox: Some(mailbox.into()),
            ..Self::default()
        }
    }

    /// For a mailbox, along the way of another one: with its anchor and its cookies.
    pub(crate) fn along(other: &Self, mailbox: &str) -> Self {
        Self {
            mailbox: Some(mailbox.into()),
            anchor_mailbox: other.anchor_mailbox.clone(),
            affinity: Affinity::Preferred,
            cookies: other.cookies.clone(),
        }
    }

    pub(super) fn keep_cookies<'a>(&self, mut set_cookie: impl Iterator<Item = &'a HeaderValue>, url: &Url) {
        self.cookies.set_cookies(&mut set_cookie, url);
    }

    pub(super) fn cookies_for(&self, url: &Url) -> Option<HeaderValue> {
        self.cookies.cookies(url)
    }
}
