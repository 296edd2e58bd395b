//! An answer that goes on for minutes, read piece by piece as it comes. Knows no SOAP.

use std::time::Duration;

use bytes::Bytes;
use reqwest::{Response, StatusCode};
use tokio::time::Instant;

use super::connection::Connection;
use super::{Answer, Error, Route, Settings, Transport, answer, failure};

/// An answer under way. Dropped, it closes its connection.
#[derive(Debug)]
pub struct Hanging {
    source: Source,
    settings: Settings,
    received: u64,
    longest_silence: Duration,
    until: Instant,
}

#[derive(Debug)]
enum Source {
    /// The connection lives as long as the answer.
    Open(Response, #[expect(dead_code)] Box<Connection>),
    /// It was no answer to wait for: a SOAP fault, whole.
    Whole(Option<Answer>),
}

impl Transport {
    /// Sends one envelope whose answer goes on for at most `longest`, over a connection of its own, which is counted nowhere.
    ///
    /// # Errors
    /// As [`Transport::post`].
    pub async fn open(
        &self,
        route: &Route,
        envelope: Bytes,
        longest: Duration,
        longest_silence: Duration,
    ) -> Result<Hanging, Error> {
        let settings = self.settings.clone();
        let mut connection = Connection::new(&settings, &self.tls);
        let permit = self.turn(route).await?;
        let response = self.authenticated(&mut connection, route, envelope).await?;
        let source = if response.status() == StatusCode::OK {
            permit.succeeded();
            Source::Open(response, Box::new(connection))
        } else {
            let answer = answer::read(response, &settings).await;
            if let Err(error) = &answer {
                self.heed(route, error);
            }
            Source::Whole(Some(answer?))
        };
        Ok(Hanging {
            source,
            settings,
            received: 0,
            longest_silence,
            until: Instant::now() + longest,
        })
    }
}

impl Hanging {
    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    /// [`Error::Timeout`] where nothing came for too long, [`Error::Truncated`] where the connection broke.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        let response = match &mut self.source {
            Source::Whole(answer) => return Ok(answer.take().map(|answer| answer.body.into())),
            Source::Open(response, _) => response,
        };
        let deadline = self.until.min(Instant::now() + self.longest_silence);
        match tokio::time::timeout_at(deadline, response.chunk()).await {
            Ok(Ok(chunk)) => {
                self.received += chunk.as_ref().map_or(0, |bytes| bytes.len() as u64);
                Ok(chunk)
            }
            Ok(Err(_)) => Err(failure::of_body(self.received, &self.settings)),
            Err(_) => Err(Error::Timeout {
                url: self.settings.endpoint.to_string(),
                after: self.longest_silence,
                setting: "request_timeout",
            }),
        }
    }
}
