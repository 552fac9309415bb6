//! The encodings a document can be in.
//!
//! The ones that are common in CWMP are read here. With the feature `encodings` all others of the WHATWG list are
//! known as well; their tables are larger than everything else that reads a message, which a server does not mind.

use std::borrow::Cow;

/// How the characters of a document are written in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    /// Also what is declared as ISO-8859-1 or US-ASCII, as the WHATWG list says: whoever writes one of those often
    /// means this.
    Windows1252,
    #[cfg(feature = "encodings")]
    Other(&'static encoding_rs::Encoding),
}

/// Every label is compared in lower case.
const LABELS: [(&str, Encoding); 16] = [
    ("utf-8", Encoding::Utf8),
    ("utf8", Encoding::Utf8),
    ("utf-16", Encoding::Utf16Le),
    ("utf-16le", Encoding::Utf16Le),
    ("utf-16be", Encoding::Utf16Be),
    ("iso-8859-1", Encoding::Windows1252),
    ("iso8859-1", Encoding::Windows1252),
    ("iso_8859-1", Encoding::Windows1252),
    ("latin1", Encoding::Windows1252),
    ("latin-1", Encoding::Windows1252),
    ("l1", Encoding::Windows1252),
    ("us-ascii", Encoding::Windows1252),
    ("ascii", Encoding::Windows1252),
    ("windows-1252", Encoding::Windows1252),
    ("cp1252", Encoding::Windows1252),
    ("x-cp1252", Encoding::Windows1252),
];

/// What windows-1252 has from 0x80 to 0x9F, where ISO-8859-1 has control characters.
const WINDOWS_1252: [char; 32] = [
    '\u{20AC}', '\u{81}', '\u{201A}', '\u{192}', '\u{201E}', '\u{2026}', '\u{2020}', '\u{2021}',
    '\u{2C6}', '\u{2030}', '\u{160}', '\u{2039}', '\u{152}', '\u{8D}', '\u{17D}', '\u{8F}',
    '\u{90}', '\u{2018}', '\u{2019}', '\u{201C}', '\u{201D}', '\u{2022}', '\u{2013}', '\u{2014}',
    '\u{2DC}', '\u{2122}', '\u{161}', '\u{203A}', '\u{153}', '\u{9D}', '\u{17E}', '\u{178}',
];

impl Encoding {
    /// What a byte order mark says, and its length in bytes.
    pub(super) fn of_mark(bytes: &[u8]) -> Option<(Encoding, usize)> {
        match bytes {
            [0xEF, 0xBB, 0xBF, ..] => Some((Encoding::Utf8, 3)),
            [0xFF, 0xFE, ..] => Some((Encoding::Utf16Le, 2)),
            [0xFE, 0xFF, ..] => Some((Encoding::Utf16Be, 2)),
            _ => None,
        }
    }

    /// The encoding that is declared under a name.
    pub(super) fn of_label(label: &[u8]) -> Option<Encoding> {
        let label = std::str::from_utf8(label).ok()?.trim();
        let known = LABELS
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(label));
        match known {
            Some((_, encoding)) => Some(*encoding),
            None => other(label),
        }
    }

    /// The text of some bytes, and whether any of them made no sense.
    pub(super) fn decode(self, bytes: &[u8]) -> (Cow<'_, str>, bool) {
        match self {
            Encoding::Utf8 => {
                let text = String::from_utf8_lossy(bytes);
                let malformed = matches!(text, Cow::Owned(_));
                (text, malformed)
            }
            Encoding::Utf16Le => utf16(bytes, u16::from_le_bytes),
            Encoding::Utf16Be => utf16(bytes, u16::from_be_bytes),
            Encoding::Windows1252 => {
                let characters = bytes.iter().map(|byte| match byte {
                    0x80..=0x9F => WINDOWS_1252[usize::from(byte - 0x80)],
                    _ => char::from(*byte),
                });
                (characters.collect::<String>().into(), false)
            }
            #[cfg(feature = "encodings")]
            Encoding::Other(encoding) => encoding.decode_without_bom_handling(bytes),
        }
    }
}

#[cfg(feature = "encodings")]
fn other(label: &str) -> Option<Encoding> {
    encoding_rs::Encoding::for_label_no_replacement(label.as_bytes()).map(Encoding::Other)
}

#[cfg(not(feature = "encodings"))]
fn other(_: &str) -> Option<Encoding> {
    None
}

fn utf16(bytes: &[u8], unit: impl Fn([u8; 2]) -> u16) -> (Cow<'_, str>, bool) {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut malformed = !rest.is_empty();
    let characters = char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).map(|read| {
        malformed |= read.is_err();
        read.unwrap_or(char::REPLACEMENT_CHARACTER)
    });
    let mut text: String = characters.collect();
    if !rest.is_empty() {
        text.push(char::REPLACEMENT_CHARACTER);
    }
    (text.into(), malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers W-14.
    #[test]
    fn utf_16_is_read_in_both_orders_and_what_is_broken_in_it_is_told() {
        for (encoding, bytes) in [
            (Encoding::Utf16Le, [0x3D, 0xD8, 0x00, 0xDE]),
            (Encoding::Utf16Be, [0xD8, 0x3D, 0xDE, 0x00]),
        ] {
            assert_eq!(encoding.decode(&bytes), ("\u{1F600}".into(), false));
            assert_eq!(encoding.decode(&bytes[..2]), ("\u{FFFD}".into(), true));
            assert_eq!(
                encoding.decode(&bytes[..3]),
                ("\u{FFFD}\u{FFFD}".into(), true)
            );
        }
    }

    /// Covers W-14.
    #[cfg(feature = "encodings")]
    #[test]
    fn every_byte_and_every_label_means_what_the_whatwg_list_says() {
        let every: Vec<u8> = (0..=255).collect();
        let theirs = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&every);
        assert_eq!(Encoding::Windows1252.decode(&every), theirs);
        for (label, encoding) in LABELS {
            // Not in the list, but written by devices.
            if label == "latin-1" {
                continue;
            }
            let theirs = encoding_rs::Encoding::for_label(label.as_bytes()).expect(label);
            let ours = match encoding {
                Encoding::Utf8 => encoding_rs::UTF_8,
                Encoding::Utf16Le => encoding_rs::UTF_16LE,
                Encoding::Utf16Be => encoding_rs::UTF_16BE,
                Encoding::Windows1252 => encoding_rs::WINDOWS_1252,
                Encoding::Other(other) => other,
            };
            assert_eq!(ours, theirs, "{label}");
        }
    }

    /// Covers W-14.
    #[cfg(feature = "encodings")]
    #[test]
    fn a_server_reads_what_devices_of_other_alphabets_declare() {
        let chinese = Encoding::of_label(b"GB2312").expect("it is in the list");
        assert_eq!(
            chinese.decode(b"\xB5\xE7\xBB\xB0"),
            ("\u{7535}\u{8BDD}".into(), false)
        );
    }
}
