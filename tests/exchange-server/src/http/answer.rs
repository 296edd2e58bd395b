//! Bodies of answers: whole, in chunks, slow, or broken off. Knows no XML.

use std::io::{self, Write};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use flate2::{Compression as Level, write::GzEncoder};
use hyper::body::{Body, Frame, SizeHint};
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE};
use hyper::{HeaderMap, Response, StatusCode};
use tokio::sync::mpsc;

use crate::settings::{Compression, Dials, Framing};

/// A body that is there, or one that comes piece by piece; an error in it cuts the connection.
pub(crate) enum AnswerBody {
    Whole(Option<Bytes>),
    Pieces(mpsc::Receiver<io::Result<Bytes>>),
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match self.get_mut() {
            Self::Whole(bytes) => Poll::Ready(bytes.take().filter(|b| !b.is_empty()).map(|b| Ok(Frame::data(b)))),
            Self::Pieces(receiver) => receiver
                .poll_recv(context)
                .map(|piece| piece.map(|p| p.map(Frame::data))),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |b| b.len() as u64)),
            Self::Pieces(_) => SizeHint::default(),
        }
    }
}

/// An answer that is no EWS.
pub(crate) fn plain(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Response<AnswerBody> {
    let mut response = Response::new(AnswerBody::Whole(Some(body.into())));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static(content_type));
    response
}

const PIECE_BYTES: usize = 4 * 1024;

/// Sends `body` as the dials say; `cut` breaks the connection after so many bytes.
pub(crate) fn send(
    status: StatusCode,
    body: Vec<u8>,
    dials: &Dials,
    request: &HeaderMap,
    cut: Option<usize>,
) -> Response<AnswerBody> {
    let accepts_gzip = request
        .get(hyper::header::ACCEPT_ENCODING)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v.to_ascii_lowercase().contains("gzip"));
    let zipped = if accepts_gzip && dials.compression == Compression::Gzip {
        gzip(&body)
    } else {
        None
    };
    let encoded = zipped.is_some();
    let mut bytes = Bytes::from(zipped.unwrap_or(body));
    if let Some(cut) = cut {
        bytes.truncate(cut);
    }
    let slow = dials.bandwidth_bytes_per_second.map(|rate| rate.max(1));
    let body = if cut.is_some() || slow.is_some() || dials.framing == Framing::Chunked {
        pieces(bytes, slow, cut.is_some())
    } else {
        AnswerBody::Whole(Some(bytes))
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        hyper::header::HeaderValue::from_static("text/xml; charset=utf-8"),
    );
    if encoded {
        headers.insert(CONTENT_ENCODING, hyper::header::HeaderValue::from_static("gzip"));
    }
    response
}

fn gzip(body: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Level::fast());
    encoder.write_all(body).ok()?;
    encoder.finish().ok()
}

fn pieces(mut bytes: Bytes, bytes_per_second: Option<u64>, broken: bool) -> AnswerBody {
    let (sender, receiver) = mpsc::channel(2);
    tokio::spawn(async move {
        while !bytes.is_empty() {
            let piece = bytes.split_to(PIECE_BYTES.min(bytes.len()));
            if let Some(rate) = bytes_per_second {
                tokio::time::sleep(Duration::from_secs_f64(piece.len() as f64 / rate as f64)).await;
            }
            if sender.send(Ok(piece)).await.is_err() {
                return;
            }
        }
        if broken {
            broken_off(&sender).await;
        }
    });
    AnswerBody::Pieces(receiver)
}

/// Cuts the connection once the client has had time to get what was sent before.
pub(super) async fn broken_off(sender: &mpsc::Sender<io::Result<Bytes>>) {
    tokio::time::sleep(Duration::from_millis(50)).await;
    let _ = sender
        .send(Err(io::Error::new(io::ErrorKind::ConnectionReset, "scripted")))
        .await;
}
