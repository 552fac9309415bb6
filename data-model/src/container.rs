//! What all signed containers have in common: a header of text, and an ed25519 signature over it.
//!
//! ```text
//! <magic>\n                        kind of the container and version of its format
//! <name>=<value>\n                 what it says of the bytes behind the header, their hash among it
//! signature=<128 hex digits>\n     ed25519 over everything above this line
//! \n
//! <the bytes>
//! ```
//!
//! The signature covers the magic, so a container of one kind is never taken for one of another.

use crate::firmware::{hex, unhex};
use crate::signing::{SIGNATURE_BYTES, SigningKey, VerifyingKey};
use std::fmt::Write as _;

/// Bytes a header may have; a longer one is no header of ours.
pub(crate) const HEADER_BYTES: usize = 1024;

/// Why a container is not usable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// It does not begin like one, or a line is missing or wrong.
    Malformed(String),
    /// The signature fits none of the trusted keys.
    Untrusted,
    /// There is no signature.
    Unsigned,
}

/// The lines of a header behind its magic, in order.
pub(crate) struct Fields<'a>(std::str::Lines<'a>);

/// A header, its length, and what its signature is worth.
pub(crate) struct Opened<'a> {
    pub(crate) fields: Fields<'a>,
    pub(crate) length: usize,
    pub(crate) signature: Result<(), Trouble>,
}

/// A header that nobody has signed.
pub(crate) fn pack(mut text: String) -> Vec<u8> {
    text.push('\n');
    text.into_bytes()
}

/// Signs the lines of a header.
pub(crate) fn sign(mut text: String, key: &SigningKey) -> Vec<u8> {
    let signature = key.sign(text.as_bytes());
    // Writing to a String cannot fail.
    let _ = write!(text, "signature={}\n\n", hex(&signature));
    text.into_bytes()
}

/// Takes the header off the front of a container; `None` while there are too few bytes to tell.
pub(crate) fn open<'a>(
    front: &'a [u8],
    magic: &str,
    trusted: &[VerifyingKey],
) -> Result<Option<Opened<'a>>, Trouble> {
    let malformed = |why: &str| Trouble::Malformed(why.into());
    let shown = &front[..front.len().min(HEADER_BYTES)];
    let known = shown.len().min(magic.len());
    if shown[..known] != magic.as_bytes()[..known] {
        return Err(malformed("it does not begin like one"));
    }
    let Some(end) = shown.windows(2).position(|pair| pair == b"\n\n") else {
        if front.len() >= HEADER_BYTES {
            return Err(malformed("its header never ends"));
        }
        return Ok(None);
    };
    let text = std::str::from_utf8(&shown[..=end]);
    let text = text.map_err(|_| malformed("its header is not text"))?;
    let (signed, signature) = match text.split_once("\nsignature=") {
        None => (text, Err(Trouble::Unsigned)),
        Some((signed, written)) => {
            let signed = &text[..=signed.len()];
            let signature = unhex::<SIGNATURE_BYTES>(written.trim_end())
                .ok_or_else(|| malformed("its signature is not 128 hex digits"))?;
            let is_trusted = trusted
                .iter()
                .any(|key| key.has_signed(signed.as_bytes(), &signature));
            let verdict = is_trusted.then_some(()).ok_or(Trouble::Untrusted);
            (signed, verdict)
        }
    };
    let mut lines = signed.lines();
    if lines.next() != Some(magic) {
        return Err(malformed("it does not begin like one"));
    }
    Ok(Some(Opened {
        fields: Fields(lines),
        length: end + 2,
        signature,
    }))
}

impl<'a> Fields<'a> {
    /// The value of the next line, which is to have this name.
    pub(crate) fn text(&mut self, name: &str) -> Result<&'a str, Trouble> {
        let line = self.0.next().unwrap_or_default();
        let value = line
            .strip_prefix(name)
            .and_then(|rest| rest.strip_prefix('='));
        value.ok_or_else(|| Trouble::Malformed(format!("the line `{name}=` is missing")))
    }

    /// The number in the next line.
    pub(crate) fn number(&mut self, name: &str) -> Result<u64, Trouble> {
        let value = self.text(name)?.parse();
        value.map_err(|_| Trouble::Malformed(format!("{name}= is no number")))
    }

    /// The SHA-256 in the next line.
    pub(crate) fn sha256(&mut self, name: &str) -> Result<[u8; 32], Trouble> {
        let value = unhex(self.text(name)?);
        value.ok_or_else(|| Trouble::Malformed(format!("{name}= is not 64 hex digits")))
    }
}

/// Whether a text may be the value of a line: printable, without blanks, of so many characters at most.
pub(crate) fn check(name: &str, value: &str, most: usize) -> Result<(), Trouble> {
    let plain = value.bytes().all(|byte| byte.is_ascii_graphic());
    if value.is_empty() || value.len() > most || !plain {
        let why = format!("the {name} `{value}` is not 1 to {most} printable characters");
        return Err(Trouble::Malformed(why));
    }
    Ok(())
}
