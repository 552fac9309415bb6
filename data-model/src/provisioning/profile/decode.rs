//! From the bytes of a profile to its text.
//!
//! The guides ask for ASCII saved as UTF-8. Files that editors of other systems saved are understood as well: UTF-16 with
//! a mark, and single bytes that are not UTF-8, read as windows-1252, whose printable characters are those of latin-1 and
//! 27 more.

use super::finding::shown;
use std::borrow::Cow;

/// Bytes that are searched for the declaration.
const DECLARATION_BYTES: usize = 256;

/// The text of a file, and what was odd about its bytes.
///
/// # Errors
/// Names the encoding that is not read, or what is broken.
pub fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, Option<&'static str>), String> {
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => return Ok(utf8(rest)),
        [0xff, 0xfe, rest @ ..] => return utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => return utf16(rest, u16::from_be_bytes),
        [b'<', 0, ..] => return utf16(bytes, u16::from_le_bytes),
        [0, b'<', ..] => return utf16(bytes, u16::from_be_bytes),
        _ => {}
    }
    match declared(bytes).map(str::to_ascii_lowercase).as_deref() {
        None | Some("utf-8" | "utf8" | "us-ascii" | "ascii" | "utf-16") => Ok(utf8(bytes)),
        Some("iso-8859-1" | "latin1") => Ok((single_bytes(bytes, char::from), None)),
        Some("windows-1252" | "cp1252") => Ok((single_bytes(bytes, windows_1252), None)),
        Some(other) => Err(format!(
            "the encoding `{}` is not supported; save the file as UTF-8",
            shown(other)
        )),
    }
}

fn utf8(bytes: &[u8]) -> (Cow<'_, str>, Option<&'static str>) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), None),
        Err(_) => (
            single_bytes(bytes, windows_1252),
            Some("the file is not UTF-8; its bytes are read as windows-1252"),
        ),
    }
}

fn single_bytes(bytes: &[u8], character: fn(u8) -> char) -> Cow<'_, str> {
    Cow::Owned(bytes.iter().map(|byte| character(*byte)).collect())
}

/// What windows-1252 has where latin-1 has control characters; the five bytes without a character stay as they are.
const FROM_80: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

fn windows_1252(byte: u8) -> char {
    let special = byte
        .checked_sub(0x80)
        .and_then(|at| FROM_80.get(usize::from(at)));
    special.copied().unwrap_or(char::from(byte))
}

fn utf16(
    bytes: &[u8],
    unit: fn([u8; 2]) -> u16,
) -> Result<(Cow<'_, str>, Option<&'static str>), String> {
    let broken = || "the file is not the UTF-16 it begins as; save it as UTF-8".to_owned();
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(broken());
    }
    let units = pairs.iter().map(|pair| unit(*pair));
    let text: Result<String, _> = char::decode_utf16(units).collect();
    let text = text.map_err(|_| broken())?;
    Ok((
        Cow::Owned(text),
        Some("the file is UTF-16; devices ask for UTF-8"),
    ))
}

/// The value of `encoding` in the XML declaration, if there is one.
fn declared(bytes: &[u8]) -> Option<&str> {
    let head = &bytes[..bytes.len().min(DECLARATION_BYTES)];
    let start = head.windows(5).position(|window| window == b"<?xml")?;
    let end = head.windows(2).position(|window| window == b"?>")?;
    let declaration = std::str::from_utf8(head.get(start..end)?).ok()?;
    let behind = declaration.split_once("encoding")?.1.trim_start();
    let value = behind.strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value[1..].split(quote).next()
}
