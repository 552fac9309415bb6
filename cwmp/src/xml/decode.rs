//! From the bytes of a message to its text: byte order marks, declared and undeclared encodings.

use super::encoding::Encoding;
use super::error::{XmlError, XmlErrorKind};
use std::borrow::Cow;

/// How many bytes of a document are searched for its declaration.
const DECLARATION_BYTES: usize = 256;

/// The text of a document. The second half tells whether bytes had to be guessed.
///
/// A byte order mark decides first, then the declaration, then UTF-8. Bytes that are not UTF-8 though
/// they claim to be are read as windows-1252: one accented letter in a line label is no reason to
/// lose a device (spec W-14, W-15).
///
/// # Errors
/// If the declaration names an encoding that [`Encoding`] does not know (UTF-7 and EBCDIC are none).
pub fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, Guessed), XmlError> {
    if let Some((encoding, mark_bytes)) = Encoding::of_mark(bytes) {
        return Ok(decode_as(encoding, &bytes[mark_bytes..]));
    }
    match bytes {
        [b'<', 0, ..] => return Ok(decode_as(Encoding::Utf16Le, bytes)),
        [0, b'<', ..] => return Ok(decode_as(Encoding::Utf16Be, bytes)),
        _ => {}
    }
    let encoding = match declared_encoding(bytes) {
        None => Encoding::Utf8,
        Some(label) => known_encoding(label)?,
    };
    match encoding {
        // Declared UTF-16 in single bytes contradicts itself; the bytes are the better witness.
        Encoding::Utf8 | Encoding::Utf16Le | Encoding::Utf16Be => {
            match std::str::from_utf8(bytes) {
                Ok(text) => Ok((Cow::Borrowed(text), Guessed::No)),
                Err(_) => Ok((Encoding::Windows1252.decode(bytes).0, Guessed::Yes)),
            }
        }
        Encoding::Windows1252 => Ok(decode_as(encoding, bytes)),
        #[cfg(feature = "encodings")]
        Encoding::Other(_) => Ok(decode_as(encoding, bytes)),
    }
}

/// Whether the text of a document is certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guessed {
    /// The bytes were what they claimed to be.
    No,
    /// They were not, and were read as well as could be.
    Yes,
}

fn decode_as(encoding: Encoding, bytes: &[u8]) -> (Cow<'_, str>, Guessed) {
    let (text, malformed) = encoding.decode(bytes);
    (text, if malformed { Guessed::Yes } else { Guessed::No })
}

fn known_encoding(label: &[u8]) -> Result<Encoding, XmlError> {
    let known = Encoding::of_label(label);
    known.ok_or_else(|| XmlError {
        kind: XmlErrorKind::Encoding(String::from_utf8_lossy(label).into_owned()),
        line: 1,
        column: 1,
        path: String::new(),
    })
}

/// The value of `encoding` in the XML declaration, if there is a declaration that has one.
fn declared_encoding(bytes: &[u8]) -> Option<&[u8]> {
    let head = &bytes[..bytes.len().min(DECLARATION_BYTES)];
    let start = find(head, b"<?xml")?;
    let declaration = &head[start..];
    let end = find(declaration, b"?>").unwrap_or(declaration.len());
    let declaration = &declaration[..end];
    let after = &declaration[find(declaration, b"encoding")? + b"encoding".len()..];
    let quote_at = after.iter().position(|byte| matches!(byte, b'"' | b'\''))?;
    let quote = after[quote_at];
    let value = &after[quote_at + 1..];
    let length = value.iter().position(|byte| *byte == quote)?;
    Some(&value[..length])
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> String {
        decode(bytes).unwrap().0.into_owned()
    }

    /// Covers W-14, X09.
    #[test]
    fn marks_and_declarations_decide_the_encoding() {
        let utf16: Vec<u8> = [0xFF, 0xFE]
            .into_iter()
            .chain("<a>é</a>".encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        assert_eq!(text(&utf16), "<a>é</a>");
        assert_eq!(text(b"\xEF\xBB\xBF<a/>"), "<a/>");
        assert_eq!(
            text(b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE9</a>"),
            "<?xml version='1.0' encoding='ISO-8859-1'?><a>é</a>"
        );
    }

    /// Covers W-15.
    #[test]
    fn bytes_that_are_no_utf8_are_read_as_windows_1252() {
        let (text, guessed) = decode(b"<a>caf\xE9</a>").unwrap();
        assert_eq!(text, "<a>café</a>");
        assert_eq!(guessed, Guessed::Yes);
    }

    /// Covers X09.
    #[test]
    fn unknown_encodings_are_refused_by_name() {
        for label in ["UTF-7", "EBCDIC-CP-US", "nonsense"] {
            let document = format!("<?xml version=\"1.0\" encoding=\"{label}\"?><a/>");
            let error = decode(document.as_bytes()).unwrap_err();
            assert_eq!(error.kind, XmlErrorKind::Encoding(label.to_owned()));
        }
    }

    #[test]
    fn a_declaration_that_contradicts_the_bytes_loses() {
        assert_eq!(
            text(b"<?xml version=\"1.0\" encoding=\"UTF-16\"?><a/>"),
            "<?xml version=\"1.0\" encoding=\"UTF-16\"?><a/>"
        );
    }
}
