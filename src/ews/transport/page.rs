//! Answers that are no EWS, with or without a login: what discovery asks with. Knows not what is in them.

use bytes::Bytes;
use http::Method;
use reqwest::Response;
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue, LOCATION};
use url::Url;

use super::connection::Connection;
use super::{Error, Route, Transport, answer, failure};

/// Autodiscover answers have tens of kB.
const PAGE_BYTES: u64 = 1 << 20;

/// An answer of any status.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    /// Where a redirect leads; kept whole, unlike in messages.
    pub(crate) location: Option<Url>,
    pub(crate) body: Vec<u8>,
}

impl Transport {
    /// POST without a login.
    pub(crate) async fn ask(&self, body: Bytes) -> Result<Page, Error> {
        let connection = Connection::new(&self.settings, &self.tls);
        let response = self.send(&connection, &Route::default(), None, body).await?;
        self.page(response).await
    }

    /// POST with the login; 401 is an error.
    pub(crate) async fn ask_with_login(&self, body: Bytes) -> Result<Page, Error> {
        let mut connection = Connection::new(&self.settings, &self.tls);
        let response = self.authenticated(&mut connection, &Route::default(), body).await?;
        self.page(response).await
    }

    /// GET of JSON without a login.
    pub(crate) async fn get_json(&self) -> Result<Page, Error> {
        let connection = Connection::new(&self.settings, &self.tls);
        let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
        let response = connection
            .send(Method::GET, &self.settings.endpoint, headers, Bytes::new())
            .await
            .map_err(|failure| failure::of_request(&failure, &self.settings))?;
        self.page(response).await
    }

    async fn page(&self, response: Response) -> Result<Page, Error> {
        let location = response
            .headers()
            .get(LOCATION)
            .and_then(|value| self.settings.endpoint.join(value.to_str().ok()?).ok());
        Ok(Page {
            status: response.status().as_u16(),
            location: location.filter(|_| response.status().is_redirection()),
            body: answer::body(response, PAGE_BYTES, &self.settings).await?,
        })
    }
}
