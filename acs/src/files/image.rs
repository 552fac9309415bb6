//! Whether a file that comes in is what it is said to be: our signed container, or a vendor's image with its hash.
//! Fed with the bytes as they come; the file is never held in memory.

use super::{NewFile, Unverified};
use crate::store::Verification;
use data_model::device_type::UnsignedFirmware;
use data_model::firmware::{HEADER_BYTES, ImageError, ImageHeader, MAGIC, hex};
use data_model::signing::VerifyingKey;
use sha2::{Digest as _, Sha256};

/// Looks at a file on its way.
#[derive(Debug)]
pub struct Inspector {
    keys: Vec<VerifyingKey>,
    look: Look,
}

#[derive(Debug)]
enum Look {
    /// At its front, which is too short yet to tell.
    Front(Vec<u8>),
    /// It is no container.
    Plain,
    /// It is one, whose image is hashed.
    Container {
        header: ImageHeader,
        hash: Sha256,
        bytes: u64,
    },
    /// It begins like one, but is none that could be used.
    Bad(ImageError),
}

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The product class it is for.
    pub product_class: String,
    /// The version a device reports when it runs it.
    pub version: String,
    /// What is known of its genuineness.
    pub verification: Verification,
}

impl Inspector {
    /// Begins to look at a file; containers must be signed with one of the keys, if there are any.
    pub fn new(keys: &[VerifyingKey]) -> Inspector {
        Inspector {
            keys: keys.to_vec(),
            look: Look::Front(Vec::new()),
        }
    }

    /// The next bytes.
    pub fn take(&mut self, piece: &[u8]) {
        match &mut self.look {
            Look::Plain | Look::Bad(_) => {}
            Look::Container { hash, bytes, .. } => {
                hash.update(piece);
                *bytes += piece.len() as u64;
            }
            Look::Front(front) => {
                // A header is never longer; the rest of a large piece is only looked at once.
                front.extend_from_slice(piece);
                let compared = front.len().min(MAGIC.len());
                if front[..compared] != MAGIC.as_bytes()[..compared] {
                    self.look = Look::Plain;
                    return;
                }
                let head = &front[..front.len().min(HEADER_BYTES)];
                let unsigned = match self.keys.is_empty() {
                    true => UnsignedFirmware::Activate,
                    false => UnsignedFirmware::Refuse,
                };
                match ImageHeader::read_as(head, &self.keys, unsigned) {
                    Ok(None) => {}
                    Err(why) => self.look = Look::Bad(why),
                    Ok(Some(signed)) => {
                        let image = &front[signed.length..];
                        self.look = Look::Container {
                            header: signed.header,
                            hash: Sha256::new_with_prefix(image),
                            bytes: image.len() as u64,
                        };
                    }
                }
            }
        }
    }

    /// What the file is, by what it is and by what is said of it.
    ///
    /// # Errors
    /// Says what does not fit, unless it is to be taken all the same.
    pub fn judge(self, said: &NewFile, sha256: &str) -> Result<Judged, String> {
        let as_said = |verification| Judged {
            product_class: said.product_class.clone(),
            version: said.version.clone(),
            verification,
        };
        match (self.look(said, sha256), said.unverified) {
            (Ok(judged), _) => Ok(judged),
            (Err(_), Unverified::Taken) => Ok(as_said(Verification::Unverified)),
            (Err(why), Unverified::Refused) => Err(why),
        }
    }

    fn look(self, said: &NewFile, sha256: &str) -> Result<Judged, String> {
        if !said.sha256.is_empty() && !said.sha256.eq_ignore_ascii_case(sha256) {
            return Err(format!("its SHA-256 is {sha256}, not {}", said.sha256));
        }
        let stated = match said.sha256.is_empty() {
            true => Verification::Unverified,
            false => Verification::Stated,
        };
        let as_said = Judged {
            product_class: said.product_class.clone(),
            version: said.version.clone(),
            verification: stated,
        };
        if !said.file_type.starts_with("1 ") {
            // What is no image runs nowhere.
            return Ok(as_said);
        }
        match self.look {
            Look::Bad(why) => Err(format!("it begins like a firmware container, but: {why}")),
            Look::Front(front) if front.len() >= MAGIC.len() => {
                Err("it begins like a firmware container, but ends within the header".into())
            }
            Look::Container {
                header,
                hash,
                bytes,
            } => {
                let verification = match self.keys.is_empty() {
                    true => Verification::Container,
                    false => Verification::Signed,
                };
                let image: [u8; 32] = hash.finalize().into();
                fits(&header, said, bytes, &image)?;
                Ok(Judged {
                    product_class: header.product,
                    version: header.version,
                    verification,
                })
            }
            Look::Front(_) | Look::Plain => match stated {
                Verification::Stated => Ok(as_said),
                Verification::Unverified | Verification::Container | Verification::Signed => Err(
                    "it is no firmware container, and nobody has said which SHA-256 it must have"
                        .into(),
                ),
            },
        }
    }
}

/// Whether a container holds what it says, and what was said of it.
fn fits(header: &ImageHeader, said: &NewFile, bytes: u64, sha256: &[u8; 32]) -> Result<(), String> {
    if bytes != header.bytes {
        return Err(format!(
            "its image has {bytes} bytes, its container says {}",
            header.bytes
        ));
    }
    if *sha256 != header.sha256 {
        return Err(format!(
            "the SHA-256 of its image is not the {} of its container",
            hex(&header.sha256)
        ));
    }
    for (what, said, is) in [
        ("product class", &said.product_class, &header.product),
        ("version", &said.version, &header.version),
    ] {
        if !said.is_empty() && said != is {
            return Err(format!("its container says {what} {is}, not {said}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_model::signing::SigningKey;

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    fn container() -> Vec<u8> {
        let image = b"image";
        let header = ImageHeader {
            product: "ATA192".into(),
            version: "2.0".into(),
            bytes: image.len() as u64,
            sha256: Sha256::digest(image).into(),
        };
        [header.sign(&key(1)).unwrap(), image.to_vec()].concat()
    }

    fn said(product_class: &str, version: &str, sha256: &str) -> NewFile {
        NewFile {
            name: "x".into(),
            file_type: "1 Firmware Upgrade Image".into(),
            product_class: product_class.into(),
            version: version.into(),
            minimum_version: String::new(),
            sha256: sha256.into(),
            unverified: Unverified::Refused,
        }
    }

    fn judge(
        bytes: &[u8],
        piece: usize,
        keys: &[VerifyingKey],
        said: &NewFile,
    ) -> Result<Judged, String> {
        let mut inspector = Inspector::new(keys);
        for piece in bytes.chunks(piece) {
            inspector.take(piece);
        }
        inspector.judge(said, &hex(&Sha256::digest(bytes)))
    }

    /// Covers M04.
    #[test]
    fn a_container_is_what_it_says_however_it_is_cut() {
        let bytes = container();
        let trusted = [key(1).verifying_key()];
        for piece in [1, 7, 100, bytes.len()] {
            let judged = judge(&bytes, piece, &trusted, &said("", "", "")).unwrap();
            let expected = Judged {
                product_class: "ATA192".into(),
                version: "2.0".into(),
                verification: Verification::Signed,
            };
            assert_eq!(judged, expected, "pieces of {piece}");
        }
        let judged = judge(&bytes, 64, &[], &said("ATA192", "2.0", "")).unwrap();
        assert_eq!(judged.verification, Verification::Container);
    }

    /// Covers M04.
    #[test]
    fn what_does_not_fit_is_refused_with_the_reason_or_taken_unverified() {
        let bytes = container();
        let trusted = [key(1).verifying_key()];
        let mut damaged = bytes.clone();
        *damaged.last_mut().unwrap() ^= 1;
        let longer = [&bytes[..], b"x"].concat();
        let plain = b"a vendor's image".to_vec();
        let stranger = [key(2).verifying_key()];
        for (bytes, keys, said, why) in [
            (&bytes, &stranger[..], said("", "", ""), "fits no key"),
            (&damaged, &trusted[..], said("", "", ""), "is not the"),
            (&damaged, &[][..], said("", "", ""), "is not the"),
            (&longer, &trusted[..], said("", "", ""), "has 6 bytes"),
            (
                &bytes[..100].to_vec(),
                &trusted[..],
                said("", "", ""),
                "ends within the header",
            ),
            (
                &bytes,
                &trusted[..],
                said("ATA191", "", ""),
                "product class ATA192, not ATA191",
            ),
            (
                &bytes,
                &trusted[..],
                said("", "2.1", ""),
                "version 2.0, not 2.1",
            ),
            (&bytes, &trusted[..], said("", "", "00"), "its SHA-256 is"),
            (
                &plain,
                &trusted[..],
                said("ATA192", "2.0", ""),
                "nobody has said which SHA-256",
            ),
            (
                &Vec::new(),
                &trusted[..],
                said("ATA192", "2.0", ""),
                "nobody has said",
            ),
        ] {
            let refused = judge(bytes, 16, keys, &said).unwrap_err();
            assert!(refused.contains(why), "{refused}");
            let unverified = Unverified::Taken;
            let taken = judge(bytes, 16, keys, &NewFile { unverified, ..said }).unwrap();
            assert_eq!(taken.verification, Verification::Unverified);
        }
    }

    #[test]
    fn a_vendors_image_is_what_its_hash_says_and_other_files_need_none() {
        let plain = b"a vendor's image".to_vec();
        let hash = hex(&Sha256::digest(&plain)).to_uppercase();
        let judged = judge(&plain, 4, &[], &said("ATA192", "2.0", &hash)).unwrap();
        assert_eq!(judged.verification, Verification::Stated);
        let tone = NewFile {
            file_type: "4 Tone File".into(),
            ..said("", "", "")
        };
        let judged = judge(&plain, 4, &[], &tone).unwrap();
        assert_eq!(judged.verification, Verification::Unverified);
    }
}
