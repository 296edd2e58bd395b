//! Text in the character sets that mail names, also by the usual wrong names. Knows no MIME.
//!
//! What can be read never becomes U+FFFD: UTF-8 is known by its looks, and single bytes that are none are Windows-1252's.

use std::borrow::Cow;

use charset::{Charset, UTF_7};
use encoding_rs::{BIG5, EUC_KR, Encoding, GB18030, ISO_2022_JP, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// The text that the bytes mean, if they are labelled like that.
pub(crate) fn decode(bytes: &[u8], label: Option<&str>) -> String {
    let text = match label.map(Named::of) {
        None | Some(Named::Unknown | Named::Ascii) => utf8_or_1252(bytes),
        Some(Named::Encoding(encoding)) if encoding == UTF_8 => utf8_or_1252(bytes),
        Some(named) => {
            let (text, whole) = named.decode(bytes);
            match std::str::from_utf8(bytes) {
                Ok(utf8) if !whole => Cow::Borrowed(utf8),
                _ => text,
            }
        }
    };
    match text.strip_prefix('\u{FEFF}') {
        Some(text) => text.to_owned(),
        None => text.into_owned(),
    }
}

/// What a label means.
#[derive(Debug, Clone, Copy)]
enum Named {
    Encoding(&'static Encoding),
    /// An OEM code page.
    CodePage(u16),
    Ascii,
    Utf7,
    Utf16,
    Utf32,
    Iso2022Kr,
    Hz,
    Unknown,
}

impl Named {
    fn of(label: &str) -> Self {
        let lower = label.to_ascii_lowercase();
        // Converters' suffixes, as in "utf-8//IGNORE", and quotes.
        let name = lower.split("//").next().unwrap_or_default();
        let name = name.trim_matches(|c: char| c.is_whitespace() || "\"'=;:".contains(c));
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        let plain = plain.strip_prefix("cs").unwrap_or(&plain);
        match plain {
            "usascii" | "ascii" | "ansix341968" | "iso646us" | "646" | "" => return Self::Ascii,
            "utf7" | "unicode11utf7" | "xunicode20utf7" => return Self::Utf7,
            "utf16" | "unicode" | "ucs2" | "iso10646ucs2" => return Self::Utf16,
            "utf32" | "utf32le" | "utf32be" | "ucs4" | "iso10646ucs4" => return Self::Utf32,
            "iso2022kr" => return Self::Iso2022Kr,
            "hzgb2312" | "hz" => return Self::Hz,
            _ => {}
        }
        match Encoding::for_label_no_replacement(name.as_bytes()) {
            // GB 2312 as mail has it is GBK and more.
            Some(encoding) if encoding == encoding_rs::GBK => return Self::Encoding(GB18030),
            Some(encoding) => return Self::Encoding(encoding),
            None => {}
        }
        let known = |name: &str| Encoding::for_label_no_replacement(name.as_bytes()).map(Self::Encoding);
        let digits = plain.trim_start_matches(|c: char| !c.is_ascii_digit());
        let page = match digits.bytes().all(|b| b.is_ascii_digit()) {
            true => plain[..plain.len() - digits.len()].trim_start_matches('x'),
            false => "-",
        };
        match page {
            "" | "cp" | "ibm" | "windows" | "win" | "ms" | "codepage" | "pc" | "dos" | "oem" | "ccsid" => {
                code_page(digits).unwrap_or(Self::Unknown)
            }
            "latin" | "isolatin" | "l" => known(&format!("latin{digits}")).unwrap_or(Self::Unknown),
            "iso" => iso(digits).and_then(|name| known(&name)).unwrap_or(Self::Unknown),
            "utf" if digits == "8" => Self::Encoding(UTF_8),
            _ => match plain {
                _ if plain.contains("2022jp") => Self::Encoding(ISO_2022_JP),
                _ if plain.starts_with("utf8") || plain.ends_with("utf8") => Self::Encoding(UTF_8),
                _ if plain.contains("sjis") || plain.contains("shiftjis") || plain == "windows31j" => {
                    Self::Encoding(SHIFT_JIS)
                }
                _ if plain.contains("ksc5601") || plain == "uhc" || plain == "johab" => Self::Encoding(EUC_KR),
                _ if plain.contains("big5") => Self::Encoding(BIG5),
                _ if plain.contains("gb2312")
                    || plain.contains("gbk")
                    || plain.contains("gb18030")
                    || plain == "euccn" =>
                {
                    Self::Encoding(GB18030)
                }
                _ if plain.contains("eucjp") => Self::Encoding(encoding_rs::EUC_JP),
                _ if plain.contains("euckr") => Self::Encoding(EUC_KR),
                _ if plain.starts_with("mac") || plain == "xmacroman" => Self::Encoding(encoding_rs::MACINTOSH),
                _ => known(name.trim_start_matches("x-")).unwrap_or(Self::Unknown),
            },
        }
    }

    /// The text, and whether all bytes had a meaning.
    fn decode<'a>(self, bytes: &'a [u8]) -> (Cow<'a, str>, bool) {
        let by = |encoding: &'static Encoding, bytes: &'a [u8]| {
            let (text, broken) = encoding.decode_without_bom_handling(bytes);
            (text, !broken)
        };
        match self {
            Self::Encoding(encoding) => by(encoding, bytes),
            Self::CodePage(page) => match oem_cp::code_table::DECODING_TABLE_CP_MAP.get(&page) {
                Some(table) => match table.decode_string_checked(bytes) {
                    Some(text) => (text.into(), true),
                    None => (table.decode_string_lossy(bytes).into(), false),
                },
                None => (utf8_or_1252(bytes), true),
            },
            Self::Ascii | Self::Unknown => (utf8_or_1252(bytes), true),
            Self::Utf7 => {
                let (text, broken) = UTF_7.decode_without_bom_handling(bytes);
                (text, !broken)
            }
            Self::Utf16 => match bytes {
                [0xFF, 0xFE, rest @ ..] => by(UTF_16LE, rest),
                [0xFE, 0xFF, rest @ ..] => by(UTF_16BE, rest),
                // RFC 2781, 4.3 says big-endian, and Windows writes little-endian: ASCII tells.
                _ if bytes.iter().step_by(2).filter(|b| **b == 0).count() * 4 > bytes.len() => by(UTF_16BE, bytes),
                _ => by(UTF_16LE, bytes),
            },
            Self::Utf32 => (utf32(bytes).into(), true),
            Self::Iso2022Kr => shifted(&iso_2022_kr(bytes), EUC_KR),
            Self::Hz => shifted(&hz(bytes), GB18030),
        }
    }
}

fn shifted(bytes: &[u8], encoding: &'static Encoding) -> (Cow<'static, str>, bool) {
    let (text, broken) = encoding.decode_without_bom_handling(bytes);
    (text.into_owned().into(), !broken)
}

/// Windows' code page numbers.
fn code_page(digits: &str) -> Option<Named> {
    let number: u16 = digits.parse().ok()?;
    let name = match number {
        65001 => "utf-8",
        65000 => return Some(Named::Utf7),
        20127 => return Some(Named::Ascii),
        1200 => "utf-16le",
        1201 => "utf-16be",
        932 | 943 | 31 => "shift_jis",
        936 | 1386 => "gb18030",
        54936 | 52936 => "gb18030",
        949 | 51949 | 970 | 1363 => "euc-kr",
        950 | 951 => "big5",
        866 => "ibm866",
        874 => "windows-874",
        1250..=1258 => return Encoding::for_label(format!("windows-{number}").as_bytes()).map(Named::Encoding),
        10000 => "macintosh",
        10007 | 10017 => "x-mac-cyrillic",
        20866 => "koi8-r",
        21866 => "koi8-u",
        20932 | 51932 => "euc-jp",
        50220..=50222 => "iso-2022-jp",
        50225 => return Some(Named::Iso2022Kr),
        28591..=28606 => return iso(&format!("8859{}", number - 28590)).and_then(|name| named(&name)),
        819 => "iso-8859-1",
        912 => "iso-8859-2",
        _ => {
            return oem_cp::code_table::DECODING_TABLE_CP_MAP
                .contains_key(&number)
                .then_some(Named::CodePage(number));
        }
    };
    named(name)
}

fn named(name: &str) -> Option<Named> {
    Encoding::for_label_no_replacement(name.as_bytes()).map(Named::Encoding)
}

/// `88591` to `iso-8859-1`; none where it is another standard.
fn iso(digits: &str) -> Option<String> {
    let part = digits.strip_prefix("8859")?;
    match part {
        "11" => Some("windows-874".into()),
        _ => Some(format!("iso-8859-{part}")),
    }
}

/// UTF-8; bytes that are none are taken as Windows-1252, one by one.
fn utf8_or_1252(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 8);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
    }
    Cow::Owned(text)
}

fn utf32(bytes: &[u8]) -> String {
    let little = matches!(bytes, [0xFF, 0xFE, 0, 0, ..]) || matches!(bytes, [b, _, _, 0, ..] if *b != 0);
    bytes
        .chunks_exact(4)
        .map(|four| [four[0], four[1], four[2], four[3]])
        .map(|four| {
            if little {
                u32::from_le_bytes(four)
            } else {
                u32::from_be_bytes(four)
            }
        })
        .map(|point| char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// RFC 1557: shift in and out of KS X 1001; the same in EUC-KR, which sets the high bit instead.
fn iso_2022_kr(bytes: &[u8]) -> Vec<u8> {
    const DESIGNATION: &[u8] = b"\x1b$)C";
    let (mut out, mut korean, mut at) = (Vec::with_capacity(bytes.len()), false, 0);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            0x0E => korean = true,
            0x0F => korean = false,
            0x1B if bytes[at..].starts_with(DESIGNATION) => at += DESIGNATION.len() - 1,
            b'\n' => {
                korean = false;
                out.push(byte);
            }
            _ if korean && byte > b' ' => out.push(byte | 0x80),
            _ => out.push(byte),
        }
        at += 1;
    }
    out
}

/// RFC 1843: `~{` and `~}` around GB 2312; the same in GBK, which sets the high bit instead.
fn hz(bytes: &[u8]) -> Vec<u8> {
    let (mut out, mut chinese, mut at) = (Vec::with_capacity(bytes.len()), false, 0);
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match (byte, bytes.get(at)) {
            (b'~', Some(b'{')) => chinese = true,
            (b'~', Some(b'}')) => chinese = false,
            (b'~', Some(b'~')) => out.push(b'~'),
            (b'~', Some(b'\n')) => {}
            _ => {
                out.push(if chinese && byte > b' ' { byte | 0x80 } else { byte });
                continue;
            }
        }
        at += 1;
    }
    out
}

/// The character set that an HTML document names (HTML, 13.2.3.2: in its first 1024 bytes).
pub(crate) fn named_by_html(html: &[u8]) -> Option<String> {
    let head = html[..html.len().min(1024)].to_ascii_lowercase();
    let at = memchr::memmem::find(&head, b"charset=")? + b"charset=".len();
    let name: Vec<u8> = head[at..]
        .iter()
        .copied()
        .skip_while(|b| matches!(b, b'"' | b'\'' | b' '))
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':' | b'.'))
        .collect();
    // A document that is read as bytes is no UTF-16, whatever it says.
    String::from_utf8(name)
        .ok()
        .filter(|name| !name.is_empty() && !name.starts_with("utf-16"))
}

/// A code page's text in a property of Outlook's.
pub(crate) fn decode_code_page(bytes: &[u8], page: Option<u32>) -> String {
    match page {
        Some(page) => decode(bytes, Some(&page.to_string())),
        None => decode(bytes, None),
    }
}

/// Whether mail names a character set like that: the language part of RFC 2231 needs to know.
pub(crate) fn is_known(label: &str) -> bool {
    Charset::for_label(label.as_bytes()).is_some() || !matches!(Named::of(label), Named::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_wrong_names_are_understood() {
        for (label, bytes, text) in [
            ("cp932", &b"\x8c\xa9\x90\xcf"[..], "見積"),
            ("cp936", b"\x88\xf3\x83\x72", "報價"),
            ("cp949", b"\xb0\xdf\xc0\xfb", "견적"),
            ("ks_c_5601-1987", b"\xb0\xdf\xc0\xfb", "견적"),
            ("cp950", b"\xb3\xf8\xbb\xf9", "報價"),
            ("\"1252\"", b"Gr\xf6\xdfe", "Größe"),
            ("windows1252", b"Gr\xf6\xdfe", "Größe"),
            ("ibm852", b"P\xa9\xa1li\xe7", "Pęíliš"),
            ("cp-850", b"Gr\x94\xe1e", "Größe"),
            ("IBM437", b"Gr\x94\xe1e", "Größe"),
            ("latin-1", b"Gr\xf6\xdfe", "Größe"),
            ("iso_8859_1", b"Gr\xf6\xdfe", "Größe"),
            ("iso8859-15", b"5 \xa4", "5 €"),
            ("us-ascii", "Größe".as_bytes(), "Größe"),
            ("us-ascii", b"Gr\xf6\xdfe", "Größe"),
            ("utf8mb4", "Größe".as_bytes(), "Größe"),
            ("UTF-8//IGNORE", "Größe".as_bytes(), "Größe"),
            ("utf-8", b"Gr\xc3\xb6\xdfe", "Größe"),
            ("unicode-1-1-utf-7", b"+APw-ber +IKw-", "über €"),
            ("x-unknown", b"Gr\xf6\xdfe", "Größe"),
            ("unicode", b"G\0r\0", "Gr"),
            ("utf-16", b"\0G\0r", "Gr"),
            ("iso-2022-kr", b"\x1b$)C\x0e0_@{\x0f ok", "견적 ok"),
            ("hz-gb-2312", b"~{1(~} ok", "报 ok"),
            ("iso-2022-jp-ms", b"\x1b$B8+@Q\x1b(B", "見積"),
            ("x-sjis", b"\x8c\xa9\x90\xcf", "見積"),
            ("iso-8859-8-i", b"\xf9\xec\xe5\xed", "שלום"),
            ("windows-31j", b"\x8c\xa9\x90\xcf", "見積"),
            ("cp65001", "ü".as_bytes(), "ü"),
            ("28592", b"\xb1", "ą"),
            ("euc-jp", "Größe „x“".as_bytes(), "Größe „x“"),
        ] {
            assert_eq!(decode(bytes, Some(label)), text, "{label}");
        }
    }

    #[test]
    fn html_names_its_own_character_set() {
        assert_eq!(named_by_html(b"<meta charset='KOI8-R'>").as_deref(), Some("koi8-r"));
        assert_eq!(named_by_html(b"<p>charset</p>"), None);
    }
}
