//! The HTTP proxy that the administrator names, and the way through it (CONNECT, RFC 9110, 9.3.6). Knows no TLS.

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::{HeaderValue, Uri};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::rt::TokioIo;
use percent_encoding::percent_decode_str;
use tokio::net::TcpStream;
use tower_service::Service;
use url::Url;

use super::Secret;
use super::auth::basic;
use super::failure::host_and_port;
use super::resolver::HostResolver;

/// What `Tunnel` says where the proxy answers 407; its error is not public.
const LOGIN_WANTED: &str = "proxy authorization required";

/// A proxy and its own login. Only this one is used: `HTTP_PROXY` and its like count for other programs.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    address: Uri,
    host: String,
    authorization: Option<HeaderValue>,
}

impl Proxy {
    /// Of `http://[user:password@]host[:port]`; what URLs keep for themselves is percent-encoded in user and password.
    ///
    /// # Errors
    /// What is wrong, to follow the setting's name. The text itself is never in it: it may hold a password.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let url = Url::parse(text.trim()).map_err(|_| "is no URL.")?;
        if url.scheme() != "http" {
            return Err("does not begin with http://: no other way to a proxy is known.");
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err("has more behind the port.");
        }
        let host = host_and_port(&url);
        let address = format!("http://{host}/")
            .parse()
            .map_err(|_| "has no host that can be used.")?;
        let decode = |text| {
            percent_decode_str(text)
                .decode_utf8()
                .map_err(|_| "has a login that is not UTF-8.")
        };
        let (user, password) = (decode(url.username())?, decode(url.password().unwrap_or_default())?);
        let authorization = match user.is_empty() && password.is_empty() {
            true => None,
            false if user.contains(':') => return Err("has a colon in the user's name."),
            false => Some(
                basic::authorization(&user, &Secret::new(password.into_owned()))
                    .ok_or("has a login that does not fit into a header.")?,
            ),
        };
        Ok(Self {
            address,
            host,
            authorization,
        })
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Proxy").field(&self.host).finish()
    }
}

/// Why there is no way through the proxy.
#[derive(Debug)]
pub(super) enum ProxyFailure {
    /// It is for HTTPS only: nothing readable goes through it.
    PlainHttp,
    /// 407: it wants a login, or another one.
    LoginWanted { proxy: String },
    /// It is not reached, or refuses the server.
    Closed { proxy: String, reason: String },
}

impl fmt::Display for ProxyFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PlainHttp => f.write_str("plain HTTP goes through no proxy"),
            Self::LoginWanted { proxy } => write!(f, "{proxy} wants a login"),
            Self::Closed { proxy, reason } => write!(f, "no way through {proxy}: {reason}"),
        }
    }
}

impl StdError for ProxyFailure {}

/// How sockets to a server are opened.
#[derive(Clone)]
pub(super) enum Way {
    Direct(HttpConnector<HostResolver>),
    Through {
        tunnel: Box<Tunnel<HttpConnector<HostResolver>>>,
        proxy: String,
    },
}

impl Way {
    pub(super) fn new(tcp: HttpConnector<HostResolver>, proxy: Option<&Proxy>) -> Self {
        let Some(proxy) = proxy else {
            return Self::Direct(tcp);
        };
        let tunnel = Tunnel::new(proxy.address.clone(), tcp);
        Self::Through {
            tunnel: Box::new(match &proxy.authorization {
                Some(authorization) => tunnel.with_auth(authorization.clone()),
                None => tunnel,
            }),
            proxy: proxy.host.clone(),
        }
    }
}

type Cause = Box<dyn StdError + Send + Sync>;

impl Service<Uri> for Way {
    type Response = TokioIo<TcpStream>;
    type Error = Cause;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Cause>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Cause>> {
        match self {
            Self::Direct(tcp) => tcp.poll_ready(cx).map_err(Into::into),
            Self::Through { tunnel, .. } => tunnel.poll_ready(cx).map_err(Into::into),
        }
    }

    fn call(&mut self, server: Uri) -> Self::Future {
        match self {
            Self::Direct(tcp) => {
                let connecting = tcp.call(server);
                Box::pin(async move { Ok(connecting.await?) })
            }
            Self::Through { .. } if server.scheme_str() != Some("https") => {
                Box::pin(async { Err(ProxyFailure::PlainHttp.into()) })
            }
            Self::Through { tunnel, proxy } => {
                let (connecting, proxy) = (tunnel.call(server), proxy.clone());
                Box::pin(async move {
                    let stream = connecting.await;
                    stream.map_err(|error| of_tunnel(proxy, &error).into())
                })
            }
        }
    }
}

fn of_tunnel(proxy: String, error: &(dyn StdError + 'static)) -> ProxyFailure {
    let said = error.to_string();
    if said.contains(LOGIN_WANTED) {
        return ProxyFailure::LoginWanted { proxy };
    }
    let reason = match said.as_str() {
        "tunnel error: unsuccessful" => "it refuses to connect to the server".to_owned(),
        _ => super::failure::reason(error),
    };
    ProxyFailure::Closed { proxy, reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_decoded_and_shown_nowhere() {
        let proxy = Proxy::parse("http://EXAMPLE%5Cjane:p%40ss%3Aword@proxy.example.com:3128").unwrap();
        assert_eq!(proxy.address, "http://proxy.example.com:3128/");
        let expected = base64_simd::STANDARD.encode_to_string(r"EXAMPLE\jane:p@ss:word");
        assert_eq!(proxy.authorization.as_ref().unwrap(), &format!("Basic {expected}"));
        assert_eq!(format!("{proxy:?}"), r#"Proxy("proxy.example.com:3128")"#);
        let without = Proxy::parse("http://proxy.example.com").unwrap();
        assert_eq!(
            (without.address.to_string(), without.authorization),
            ("http://proxy.example.com:80/".into(), None)
        );
    }

    #[test]
    fn what_is_no_proxy_is_refused_without_repeating_it() {
        for text in [
            "",
            "proxy.example.com:3128",
            "https://jane:hunter2@proxy.example.com",
            "socks5://jane:hunter2@proxy.example.com",
            "http://jane:hunter2@",
            "http://jane:hunter2@proxy.example.com/pac",
            "http://jane%3Aj:hunter2@proxy.example.com",
        ] {
            let reason = Proxy::parse(text).expect_err(text);
            assert!(!reason.contains("hunter2"), "{reason}");
        }
    }
}
