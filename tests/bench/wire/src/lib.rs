//! HTTP/1.1 messages as bytes: where one ends, and nothing else. Knows no EWS.

use std::io::{self, ErrorKind, Read};

const READ_BYTES: usize = 256 * 1024;
const HEAD_END: &[u8] = b"\r\n\r\n";

/// One side of a connection, read message by message.
pub struct Messages<R> {
    stream: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

impl<R: Read> Messages<R> {
    /// Reads from `stream`.
    pub fn new(stream: R) -> Self {
        Self {
            stream,
            buffer: vec![0; READ_BYTES],
            start: 0,
            end: 0,
        }
    }

    /// The stream itself, for writing.
    pub fn stream(&mut self) -> &mut R {
        &mut self.stream
    }

    /// The next message whole; `None` where the other side closed between two.
    ///
    /// # Errors
    /// The connection broke, or the message has no `Content-Length`.
    pub fn whole(&mut self) -> io::Result<Option<Vec<u8>>> {
        let Some((mut message, mut missing)) = self.head()? else {
            return Ok(None);
        };
        message.reserve_exact(missing);
        while missing > 0 {
            let piece = self.available(missing)?;
            missing -= piece.len();
            message.extend_from_slice(piece);
        }
        Ok(Some(message))
    }

    /// Reads the next message and forgets it; answers its status line's status and its bytes.
    ///
    /// # Errors
    /// As [`Messages::whole`]; a closed connection is one, too.
    pub fn skip(&mut self) -> io::Result<(u16, usize)> {
        let (head, mut missing) = self.head()?.ok_or(ErrorKind::UnexpectedEof)?;
        let bytes = head.len() + missing;
        while missing > 0 {
            missing -= self.available(missing)?.len();
        }
        let status = head.get(9..12).and_then(|s| std::str::from_utf8(s).ok()?.parse().ok());
        Ok((status.unwrap_or_default(), bytes))
    }

    /// The head with its empty line, and the length of the body that follows.
    fn head(&mut self) -> io::Result<Option<(Vec<u8>, usize)>> {
        loop {
            let seen = &self.buffer[self.start..self.end];
            if let Some(at) = seen.windows(HEAD_END.len()).position(|w| w == HEAD_END) {
                let head = seen[..at + HEAD_END.len()].to_vec();
                self.start += head.len();
                let length = content_length(&head)?;
                return Ok(Some((head, length)));
            }
            if self.fill()? == 0 {
                return match self.start == self.end {
                    true => Ok(None),
                    false => Err(ErrorKind::UnexpectedEof.into()),
                };
            }
        }
    }

    /// At least one byte of a body, at most `most`.
    fn available(&mut self, most: usize) -> io::Result<&[u8]> {
        if self.start == self.end && self.fill()? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let from = self.start;
        self.start = self.end.min(from + most);
        Ok(&self.buffer[from..self.start])
    }

    fn fill(&mut self) -> io::Result<usize> {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        } else if self.end == self.buffer.len() {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        let read = self.stream.read(&mut self.buffer[self.end..])?;
        self.end += read;
        Ok(read)
    }
}

fn content_length(head: &[u8]) -> io::Result<usize> {
    let head = std::str::from_utf8(head).map_err(io::Error::other)?;
    for line in head.lines() {
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            return value.trim().parse().map_err(io::Error::other);
        }
    }
    Err(io::Error::other("a message without Content-Length"))
}

/// Host and port of `http://HOST:PORT/...`.
///
/// # Errors
/// Another kind of URL.
pub fn authority(url: &str) -> io::Result<&str> {
    let rest = url
        .strip_prefix("http://")
        .ok_or_else(|| io::Error::other("an http:// URL is expected"))?;
    Ok(rest.split('/').next().unwrap_or(rest))
}
