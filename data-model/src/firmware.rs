//! The firmware container: what a device must know about an image before it runs it.
//!
//! ```text
//! DIALTONE-FIRMWARE 1\n            magic and version of the format
//! product=ATA192\n                 product class the image is for
//! version=11.3.3\n                 what DeviceInfo.SoftwareVersion becomes
//! bytes=4194304\n                  length of the image
//! sha256=<64 hexadecimal digits>\n hash of the image
//! signature=<128 hex digits>\n     ed25519 over everything above this line
//! \n
//! <the image>
//! ```
//!
//! The header is text, so that a person can look at it with `head`; the signature covers the hash, so the image
//! can be checked while it streams in. A device activates nothing whose signature does not fit a key it trusts, unless its
//! type says that it may ([`UnsignedFirmware`]); a container that nobody has signed lacks the line of the signature.

use crate::container::{self, Fields, Trouble};
use crate::device_type::UnsignedFirmware;
use crate::signing::{SigningKey, VerifyingKey};
use std::fmt::Write as _;

/// What every container begins with.
pub const MAGIC: &str = "DIALTONE-FIRMWARE 1";

/// Bytes a header may have; a longer one is no header of ours.
pub const HEADER_BYTES: usize = container::HEADER_BYTES;

/// What a container says about its image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageHeader {
    /// The product class it is for.
    pub product: String,
    /// What DeviceInfo.SoftwareVersion becomes.
    pub version: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: [u8; 32],
}

/// A header that is good enough, and where the image begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHeader {
    /// What it says.
    pub header: ImageHeader,
    /// Bytes in front of the image.
    pub length: usize,
}

/// Why a container is not usable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// It does not begin like one, or a line is missing or wrong.
    #[error("not a firmware container: {0}")]
    Malformed(String),
    /// The signature fits none of the trusted keys.
    #[error("the signature of the image fits no key this device trusts")]
    Untrusted,
    /// There is no signature.
    #[error("the image is not signed")]
    Unsigned,
}

impl From<Trouble> for ImageError {
    fn from(trouble: Trouble) -> ImageError {
        match trouble {
            Trouble::Malformed(why) => ImageError::Malformed(why),
            Trouble::Untrusted => ImageError::Untrusted,
            Trouble::Unsigned => ImageError::Unsigned,
        }
    }
}

impl ImageHeader {
    /// The container's header, signed.
    ///
    /// # Errors
    /// If product or version cannot stand in a header.
    pub fn sign(&self, key: &SigningKey) -> Result<Vec<u8>, ImageError> {
        Ok(container::sign(self.text()?, key))
    }

    /// The container's header without a signature.
    ///
    /// # Errors
    /// If product or version cannot stand in a header.
    pub fn pack(&self) -> Result<Vec<u8>, ImageError> {
        Ok(container::pack(self.text()?))
    }

    fn text(&self) -> Result<String, ImageError> {
        container::check("product", &self.product, 64)?;
        container::check("version", &self.version, 64)?;
        Ok(format!(
            "{MAGIC}\nproduct={}\nversion={}\nbytes={}\nsha256={}\n",
            self.product,
            self.version,
            self.bytes,
            hex(&self.sha256)
        ))
    }

    /// Reads the header off the front of a container; `None` while there are too few bytes to tell.
    ///
    /// # Errors
    /// If it is no container, or none of the keys has signed it.
    pub fn read(
        front: &[u8],
        trusted: &[VerifyingKey],
    ) -> Result<Option<SignedHeader>, ImageError> {
        ImageHeader::read_as(front, trusted, UnsignedFirmware::Refuse)
    }

    /// As [`ImageHeader::read`]; without a good signature it is taken if this says so.
    ///
    /// # Errors
    /// If it is no container, or none of the keys has signed it although one of them must.
    pub fn read_as(
        front: &[u8],
        trusted: &[VerifyingKey],
        unsigned: UnsignedFirmware,
    ) -> Result<Option<SignedHeader>, ImageError> {
        let Some(mut opened) = container::open(front, MAGIC, trusted)? else {
            return Ok(None);
        };
        match unsigned {
            UnsignedFirmware::Refuse => opened.signature?,
            UnsignedFirmware::Activate => {}
        }
        let header = parse(&mut opened.fields)?;
        let length = opened.length;
        Ok(Some(SignedHeader { header, length }))
    }
}

fn parse(fields: &mut Fields<'_>) -> Result<ImageHeader, Trouble> {
    let mut text = |name: &str| {
        let value = fields.text(name)?;
        container::check(name, value, 64)?;
        Ok(value.to_owned())
    };
    Ok(ImageHeader {
        product: text("product")?,
        version: text("version")?,
        bytes: fields.number("bytes")?,
        sha256: fields.sha256("sha256")?,
    })
}

/// Whether one version is older than another. Runs of digits compare as numbers, the rest as text, so that
/// `11.3.2` is older than `11.10.1`.
pub fn is_older(version: &str, than: &str) -> bool {
    parts(version) < parts(than)
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Part<'a> {
    Text(&'a str),
    Number(u64),
}

fn parts(version: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = version;
    while let Some(first) = rest.chars().next() {
        let digits = first.is_ascii_digit();
        let end = rest
            .find(|c: char| c.is_ascii_digit() != digits)
            .unwrap_or(rest.len());
        let (part, tail) = rest.split_at(end);
        rest = tail;
        match part.parse() {
            Ok(number) if digits => parts.push(Part::Number(number)),
            _ => parts.push(Part::Text(part)),
        }
    }
    parts
}

/// Lower-case hexadecimal text.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The bytes of a hexadecimal text of exactly this length.
pub fn unhex<const BYTES: usize>(text: &str) -> Option<[u8; BYTES]> {
    if text.len() != BYTES * 2 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; BYTES];
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    fn header() -> ImageHeader {
        ImageHeader {
            product: "ATA192".into(),
            version: "11.3.3".into(),
            bytes: 5,
            sha256: [7; 32],
        }
    }

    fn container() -> Vec<u8> {
        let mut bytes = header().sign(&key(1)).unwrap();
        bytes.extend_from_slice(b"image");
        bytes
    }

    #[test]
    fn a_signed_header_reads_back_and_tells_where_the_image_begins() {
        let container = container();
        let signed = ImageHeader::read(&container, &[key(1).verifying_key()])
            .unwrap()
            .unwrap();
        assert_eq!(signed.header, header());
        assert_eq!(&container[signed.length..], b"image");
    }

    /// Covers M04.
    #[test]
    fn no_changed_byte_of_the_header_is_accepted() {
        let container = container();
        let trusted = [key(1).verifying_key()];
        let length = ImageHeader::read(&container, &trusted)
            .unwrap()
            .unwrap()
            .length;
        for at in 0..length {
            for bit in 0..8 {
                let mut changed = container.clone();
                changed[at] ^= 1 << bit;
                let read = ImageHeader::read(&changed, &trusted);
                // Hex digits of the signature may change their case without changing their meaning.
                let same = matches!(&read, Ok(Some(signed)) if signed.header == header());
                let case = bit == 5 && container[at].is_ascii_alphabetic();
                assert!(!same || case, "byte {at} bit {bit}");
                assert!(!matches!(&read, Ok(Some(signed)) if signed.header != header()));
            }
        }
    }

    /// Covers M04.
    #[test]
    fn images_of_strangers_and_unsigned_ones_are_refused() {
        let container = container();
        let stranger = [key(2).verifying_key()];
        assert_eq!(
            ImageHeader::read(&container, &stranger),
            Err(ImageError::Untrusted)
        );
        assert_eq!(
            ImageHeader::read(&container, &[]),
            Err(ImageError::Untrusted)
        );
        let unsigned = header().pack().unwrap();
        assert_eq!(
            ImageHeader::read(&unsigned, &stranger),
            Err(ImageError::Unsigned)
        );
        for container in [container, unsigned] {
            let taken = ImageHeader::read_as(&container, &[], UnsignedFirmware::Activate);
            assert_eq!(taken.unwrap().unwrap().header, header());
        }
        let nameless = format!(
            "{MAGIC}\nproduct=ATA192\nversion=\nbytes=1\nsha256={}\n\n",
            hex(&[7; 32])
        );
        assert!(matches!(
            ImageHeader::read_as(nameless.as_bytes(), &[], UnsignedFirmware::Activate),
            Err(ImageError::Malformed(_))
        ));
        let short = format!("{MAGIC}\nproduct=ATA192\nversion=1\nbytes=1\nsha256=00\n\n");
        assert!(matches!(
            ImageHeader::read_as(short.as_bytes(), &[], UnsignedFirmware::Activate),
            Err(ImageError::Malformed(_))
        ));
    }

    #[test]
    fn every_prefix_is_either_too_short_or_refused() {
        let container = container();
        let trusted = [key(1).verifying_key()];
        let length = ImageHeader::read(&container, &trusted)
            .unwrap()
            .unwrap()
            .length;
        for end in 0..length {
            assert_eq!(
                ImageHeader::read(&container[..end], &trusted),
                Ok(None),
                "{end}"
            );
        }
        let endless = [MAGIC.as_bytes(), &[b'x'; HEADER_BYTES]].concat();
        assert!(ImageHeader::read(&endless, &trusted).is_err());
    }

    #[test]
    fn versions_compare_by_their_numbers() {
        assert!(is_older("11.3.2", "11.10.1"));
        assert!(is_older("11-3-2MPP0102-233", "11-3-2MPP0102-300"));
        assert!(!is_older("11.3.2", "11.3.2"));
        assert!(!is_older("12", "11.9"));
        assert!(is_older("1.4.1", "1.4.1.2"));
    }
}
