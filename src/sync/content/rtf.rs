//! RTF bodies of Outlook's: decompressed (MS-OXRTFCP), and read as the HTML that they hold (MS-OXRTFEX) or as text. Knows no
//! message.

use std::borrow::Cow;

use crate::mime::charset;

/// What an RTF body says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Body {
    Html(String),
    Text(String),
}

/// MS-OXRTFCP 2.1.2.1: what the dictionary begins with.
const DICTIONARY: &[u8] =
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \
\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \
\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
const WINDOW: usize = 4096;
const COMPRESSED: u32 = 0x7546_5A4C;
const UNCOMPRESSED: u32 = 0x414C_454D;
/// Bytes that a stream may grow to, times its own size: a reference of 2 bytes gives 17.
const MAX_GROWTH: usize = 9;
/// Groups within each other; Word writes about ten.
const MAX_DEPTH: usize = 200;

/// The RTF of a compressed stream; `None` where it is none.
pub(super) fn decompress(stream: &[u8]) -> Option<Vec<u8>> {
    let field = |n: usize| stream.get(4 * n..4 * n + 4)?.try_into().ok().map(u32::from_le_bytes);
    let (raw_size, kind) = (field(1)? as usize, field(2)?);
    let data = stream.get(16..)?;
    match kind {
        UNCOMPRESSED => Some(data[..raw_size.min(data.len())].to_vec()),
        COMPRESSED => Some(expand(data, raw_size)),
        _ => None,
    }
}

fn expand(data: &[u8], raw_size: usize) -> Vec<u8> {
    let raw_size = raw_size.min(data.len().saturating_mul(MAX_GROWTH));
    let mut window = [b' '; WINDOW];
    window[..DICTIONARY.len()].copy_from_slice(DICTIONARY);
    let mut write = DICTIONARY.len();
    let mut out = Vec::with_capacity(raw_size);
    let mut bytes = data.iter().copied();
    let mut put = |out: &mut Vec<u8>, window: &mut [u8; WINDOW], byte: u8| {
        out.push(byte);
        window[write] = byte;
        write = (write + 1) % WINDOW;
        write
    };
    let mut at = DICTIONARY.len();
    'all: while let Some(control) = bytes.next() {
        for bit in 0..8 {
            if out.len() >= raw_size {
                break 'all;
            }
            if control >> bit & 1 == 0 {
                let Some(byte) = bytes.next() else { break 'all };
                at = put(&mut out, &mut window, byte);
                continue;
            }
            let (Some(high), Some(low)) = (bytes.next(), bytes.next()) else {
                break 'all;
            };
            let reference = usize::from(u16::from_be_bytes([high, low]));
            let (offset, length) = (reference >> 4, (reference & 0xF) + 2);
            if offset == at {
                break 'all;
            }
            for step in 0..length {
                let byte = window[(offset + step) % WINDOW];
                at = put(&mut out, &mut window, byte);
            }
        }
    }
    out
}

/// Reads RTF.
pub(super) fn read(rtf: &[u8]) -> Body {
    let head = &rtf[..rtf.len().min(400)];
    let says = |word: &[u8]| memchr::memmem::find(head, word).is_some();
    let html = says(b"\\fromhtml1");
    let mut reader = Reader {
        rtf,
        at: 0,
        state: State {
            skip: false,
            in_tag: false,
            shown: true,
            unicode_skip: 1,
        },
        stack: Vec::new(),
        pending: Vec::new(),
        out: String::with_capacity(rtf.len() / 2),
        code_page: 1252,
        html,
        skip_characters: 0,
    };
    reader.run();
    match html {
        true => Body::Html(reader.out),
        false => Body::Text(reader.out),
    }
}

/// What a group sets, and its end takes back.
#[derive(Clone, Copy)]
struct State {
    /// A destination that holds no text.
    skip: bool,
    /// Within `\htmltag`, where what is written is HTML itself.
    in_tag: bool,
    /// `\htmlrtf` turns off what only RTF readers shall see.
    shown: bool,
    unicode_skip: u32,
}

struct Reader<'a> {
    rtf: &'a [u8],
    at: usize,
    state: State,
    stack: Vec<State>,
    /// Bytes in the code page that wait for their neighbours: a character may have two.
    pending: Vec<u8>,
    out: String,
    code_page: u32,
    html: bool,
    skip_characters: u32,
}

impl Reader<'_> {
    fn run(&mut self) {
        while let Some(&byte) = self.rtf.get(self.at) {
            self.at += 1;
            match byte {
                b'{' => {
                    if self.stack.len() >= MAX_DEPTH {
                        break;
                    }
                    self.stack.push(self.state);
                    self.skip_characters = 0;
                }
                b'}' => match self.stack.pop() {
                    Some(state) => {
                        self.flush();
                        self.state = state;
                        self.skip_characters = 0;
                    }
                    None => break,
                },
                b'\\' => self.control(),
                b'\r' | b'\n' => {}
                _ => self.byte(byte),
            }
        }
        self.flush();
    }

    fn control(&mut self) {
        let Some(&first) = self.rtf.get(self.at) else { return };
        if !first.is_ascii_alphabetic() {
            self.at += 1;
            match first {
                b'\'' => {
                    let digit = |n: usize| self.rtf.get(self.at + n).and_then(|b| char::from(*b).to_digit(16));
                    if let (Some(high), Some(low)) = (digit(0), digit(1)) {
                        self.at += 2;
                        self.byte((high << 4 | low) as u8);
                    }
                }
                b'\\' | b'{' | b'}' => self.byte(first),
                b'~' => self.text(if self.html && !self.state.in_tag {
                    "&nbsp;"
                } else {
                    "\u{A0}"
                }),
                b'_' => self.text("\u{2011}"),
                b'*' => self.unknown_destination(),
                b'\r' | b'\n' => self.line(),
                _ => {}
            }
            return;
        }
        let rest = &self.rtf[self.at..];
        let length = rest.iter().position(|b| !b.is_ascii_alphabetic()).unwrap_or(rest.len());
        let (word, rest) = rest.split_at(length);
        let digits = rest
            .iter()
            .enumerate()
            .position(|(n, b)| !(b.is_ascii_digit() || n == 0 && *b == b'-'))
            .unwrap_or(rest.len());
        let number: Option<i64> = std::str::from_utf8(&rest[..digits])
            .ok()
            .and_then(|digits| digits.parse().ok());
        self.at += length + digits;
        if self.rtf.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
        self.word(word, number);
    }

    fn word(&mut self, word: &[u8], number: Option<i64>) {
        match word {
            b"par" | b"line" | b"row" | b"sect" | b"page" => self.line(),
            b"tab" | b"cell" => self.text("\t"),
            b"u" => {
                let point = number.unwrap_or_default() as u16;
                self.unicode(point);
                self.skip_characters = self.state.unicode_skip;
            }
            b"uc" => self.state.unicode_skip = u32::try_from(number.unwrap_or(1)).unwrap_or(1).min(10),
            b"ansicpg" => self.code_page = u32::try_from(number.unwrap_or(1252)).unwrap_or(1252),
            b"htmlrtf" => {
                self.flush();
                self.state.shown = number == Some(0);
            }
            b"bin" => {
                self.at = self
                    .at
                    .saturating_add(usize::try_from(number.unwrap_or_default()).unwrap_or_default())
            }
            b"lquote" => self.text("\u{2018}"),
            b"rquote" => self.text("\u{2019}"),
            b"ldblquote" => self.text("\u{201C}"),
            b"rdblquote" => self.text("\u{201D}"),
            b"bullet" => self.text("\u{2022}"),
            b"endash" => self.text("\u{2013}"),
            b"emdash" => self.text("\u{2014}"),
            b"fonttbl" | b"colortbl" | b"stylesheet" | b"info" | b"pict" | b"object" | b"header" | b"footer"
            | b"listtable" | b"listoverridetable" | b"generator" | b"themedata" | b"fldinst" => self.state.skip = true,
            _ => {}
        }
    }

    /// `\*` before a word: a reader that does not know the word leaves the group out.
    fn unknown_destination(&mut self) {
        let rest = &self.rtf[self.at.min(self.rtf.len())..];
        if rest.starts_with(b"\\htmltag") {
            self.flush();
            self.state.in_tag = true;
            self.state.skip = false;
        } else {
            self.state.skip = true;
        }
    }

    fn is_shown(&self) -> bool {
        match self.html {
            true => !self.state.skip && (self.state.shown || self.state.in_tag),
            false => !self.state.skip,
        }
    }

    fn line(&mut self) {
        self.text(match self.html {
            true => "\r\n",
            false => "\n",
        });
    }

    fn byte(&mut self, byte: u8) {
        if self.skip_characters > 0 {
            self.skip_characters -= 1;
        } else if self.is_shown() {
            self.pending.push(byte);
        }
    }

    fn text(&mut self, text: &str) {
        self.flush();
        if self.is_shown() {
            self.out.push_str(text);
        }
    }

    /// UTF-16, one unit a word.
    fn unicode(&mut self, unit: u16) {
        self.flush();
        if !self.is_shown() {
            return;
        }
        match char::from_u32(u32::from(unit)) {
            Some(c) => self.out.push(c),
            // A pair: the first waits as a private character until the second comes.
            None if unit < 0xDC00 => self
                .out
                .push(char::from_u32(0xF_0000 + u32::from(unit - 0xD800)).unwrap_or(' ')),
            None => {
                let high = self.out.pop().map(u32::from).unwrap_or_default();
                let point = high
                    .checked_sub(0xF_0000)
                    .map(|high| 0x1_0000 + (high << 10) + u32::from(unit - 0xDC00));
                self.out
                    .push(point.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
        }
    }

    fn flush(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let bytes = std::mem::take(&mut self.pending);
        let text: Cow<'_, str> = match std::str::from_utf8(&bytes) {
            Ok(text) if bytes.is_ascii() => text.into(),
            _ => charset::decode_code_page(&bytes, Some(self.code_page)).into(),
        };
        self.out.push_str(&text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_specification_are_expanded() {
        // MS-OXRTFCP 3.1.1 and 3.1.2.
        let simple =
            b"\x2d\0\0\0\x2b\0\0\0LZFu\xf1\xc5\xc7\xa7\x03\0\n\0rcpg125B2\n\xf3 hel\t\0 bw\x05\xb0ld}\n\x80\x0f\xa0";
        assert_eq!(
            decompress(simple).as_deref(),
            Some(&b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"[..])
        );
        let crossing =
            b"\x1a\0\0\0\x1c\0\0\0LZFu\xe2\xd4\x4b\x51\x41\x00\x04\x20\x57\x58\x59\x5a\x0d\x6e\x7d\x01\x0e\xb0";
        assert_eq!(
            decompress(crossing).as_deref(),
            Some(&b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"[..])
        );
        assert_eq!(decompress(b"short"), None);
    }

    #[test]
    fn html_within_comes_out_as_it_was() {
        let rtf = br"{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0 Arial;}}\uc1\pard
{\*\htmltag64 <p>}\htmlrtf {\f0 \htmlrtf0 Gr\'fc\'dfe \u8364?{\*\htmltag84 &nbsp;}\htmlrtf \'a0\htmlrtf0\htmlrtf }\htmlrtf0 {\*\htmltag72 </p>}}";
        assert_eq!(read(rtf), Body::Html("<p>Grüße €&nbsp;</p>".into()));
    }

    #[test]
    fn text_is_read_without_tables_and_pictures() {
        let rtf = br"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\*\generator x;}\pard Gr\'fc\'dfe\par {\b bold}\tab \u8364? \{x\}{\pict 00ff}}";
        assert_eq!(read(rtf), Body::Text("Grüße\nbold\t€ {x}".into()));
    }

    #[test]
    fn what_is_broken_ends() {
        for rtf in [
            &b"{{{{"[..],
            b"}",
            b"\\",
            b"\\'",
            b"{\\bin99999999999 x",
            b"\\u-1",
            b"{\\*",
        ] {
            let _ = read(rtf);
        }
        let _ = read(&b"{".repeat(100_000));
        let bomb: Vec<u8> = [&b"\0\0\0\0\xff\xff\xff\xffLZFu\0\0\0\0"[..], &[0xFF; 30_000]].concat();
        assert!(decompress(&bomb).is_some_and(|rtf| rtf.len() <= 30_000 * MAX_GROWTH + 17));
    }
}
