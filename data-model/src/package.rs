//! The package of a software module: what a device must know about a deployment unit before it installs it.
//!
//! ```text
//! DIALTONE-PACKAGE 1\n             magic and version of the format
//! name=call-blocker\n              what DeploymentUnit.Name becomes
//! vendor=example.net\n             its author's domain, what DeploymentUnit.Vendor becomes
//! version=1.2.0\n                  what DeploymentUnit.Version becomes
//! environment=Dialtone-Modules-1\n the ExecEnv.Type it is made for
//! bytes=65536\n                    length of the module
//! sha256=<64 hexadecimal digits>\n hash of the module
//! signature=<128 hex digits>\n     ed25519 over everything above this line
//! \n
//! <the module>
//! ```
//!
//! It is signed like a firmware image and by the same keys; its first line keeps the two apart. The UUID does not stand
//! in it: it follows from vendor and name ([`PackageHeader::uuid`]).

use crate::container::{self, Fields, Trouble};
use crate::firmware::hex;
use crate::signing::{SigningKey, VerifyingKey};
use crate::uuid;

/// What every package begins with.
pub const MAGIC: &str = "DIALTONE-PACKAGE 1";

/// Bytes a header may have; a longer one is no header of ours.
pub const HEADER_BYTES: usize = container::HEADER_BYTES;

/// What a package says about its module. The lengths are those of the parameters of TR-181 they become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageHeader {
    /// The name its author gave it.
    pub name: String,
    /// The author's domain name.
    pub vendor: String,
    /// Its version.
    pub version: String,
    /// The type of execution environment it is made for.
    pub environment: String,
    /// The module's length.
    pub bytes: u64,
    /// The module's SHA-256.
    pub sha256: [u8; 32],
}

/// A header whose signature has been checked, and where the module begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedPackage {
    /// What it says.
    pub header: PackageHeader,
    /// Bytes in front of the module.
    pub length: usize,
}

/// Why a package is not usable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackageError {
    /// It does not begin like one, or a line is missing or wrong.
    #[error("not a package: {0}")]
    Malformed(String),
    /// The signature fits none of the trusted keys.
    #[error("the signature of the package fits no key this device trusts")]
    Untrusted,
}

impl From<Trouble> for PackageError {
    fn from(trouble: Trouble) -> PackageError {
        match trouble {
            Trouble::Malformed(why) => PackageError::Malformed(why),
            Trouble::Untrusted => PackageError::Untrusted,
            Trouble::Unsigned => PackageError::Malformed("it is not signed".into()),
        }
    }
}

impl PackageHeader {
    /// The UUID that vendor and name give (TR-181 DeploymentUnit.UUID).
    pub fn uuid(&self) -> String {
        uuid::of_name(&self.name, &self.vendor)
    }

    /// The package's header, signed.
    ///
    /// # Errors
    /// If one of its texts cannot stand in a header.
    pub fn sign(&self, key: &SigningKey) -> Result<Vec<u8>, PackageError> {
        let lines = [
            ("name", &self.name, 64),
            ("vendor", &self.vendor, 128),
            ("version", &self.version, 32),
            ("environment", &self.environment, 64),
        ];
        for (name, value, most) in lines {
            container::check(name, value, most)?;
        }
        let text = format!(
            "{MAGIC}\nname={}\nvendor={}\nversion={}\nenvironment={}\nbytes={}\nsha256={}\n",
            self.name,
            self.vendor,
            self.version,
            self.environment,
            self.bytes,
            hex(&self.sha256)
        );
        Ok(container::sign(text, key))
    }

    /// Reads the header off the front of a package; `None` while there are too few bytes to tell.
    ///
    /// # Errors
    /// If it is no package, or none of the keys has signed it.
    pub fn read(
        front: &[u8],
        trusted: &[VerifyingKey],
    ) -> Result<Option<SignedPackage>, PackageError> {
        let Some(mut opened) = container::open(front, MAGIC, trusted)? else {
            return Ok(None);
        };
        opened.signature?;
        let header = parse(&mut opened.fields)?;
        let length = opened.length;
        Ok(Some(SignedPackage { header, length }))
    }
}

fn parse(fields: &mut Fields<'_>) -> Result<PackageHeader, Trouble> {
    let mut text = |name: &str, most: usize| {
        let value = fields.text(name)?;
        container::check(name, value, most)?;
        Ok::<String, Trouble>(value.to_owned())
    };
    Ok(PackageHeader {
        name: text("name", 64)?,
        vendor: text("vendor", 128)?,
        version: text("version", 32)?,
        environment: text("environment", 64)?,
        bytes: fields.number("bytes")?,
        sha256: fields.sha256("sha256")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::firmware::{ImageError, ImageHeader};

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    fn header() -> PackageHeader {
        PackageHeader {
            name: "call-blocker".into(),
            vendor: "example.net".into(),
            version: "1.2.0".into(),
            environment: "Dialtone-Modules-1".into(),
            bytes: 6,
            sha256: [7; 32],
        }
    }

    fn package() -> Vec<u8> {
        let mut bytes = header().sign(&key(1)).unwrap();
        bytes.extend_from_slice(b"module");
        bytes
    }

    /// Covers M04.
    #[test]
    fn a_signed_header_reads_back_and_no_other_one_does() {
        let package = package();
        let trusted = [key(1).verifying_key()];
        let signed = PackageHeader::read(&package, &trusted).unwrap().unwrap();
        assert_eq!(signed.header, header());
        assert_eq!(&package[signed.length..], b"module");
        for end in 0..signed.length {
            assert_eq!(PackageHeader::read(&package[..end], &trusted), Ok(None));
        }
        for at in 0..signed.length {
            let mut changed = package.clone();
            changed[at] ^= 1;
            let read = PackageHeader::read(&changed, &trusted);
            assert!(!matches!(read, Ok(Some(_))), "byte {at}");
        }
        let stranger = [key(2).verifying_key()];
        let read = PackageHeader::read(&package, &stranger);
        assert_eq!(read, Err(PackageError::Untrusted));
    }

    /// Covers M04.
    #[test]
    fn a_package_is_no_image_and_an_image_no_package() {
        let trusted = [key(1).verifying_key()];
        let read = ImageHeader::read(&package(), &trusted);
        assert!(matches!(read, Err(ImageError::Malformed(_))));
        let image = ImageHeader {
            product: "ATA192".into(),
            version: "11.3.3".into(),
            bytes: 5,
            sha256: [7; 32],
        };
        let read = PackageHeader::read(&image.sign(&key(1)).unwrap(), &trusted);
        assert!(matches!(read, Err(PackageError::Malformed(_))));
    }

    #[test]
    fn texts_that_would_not_read_back_are_not_signed() {
        let bad = [
            PackageHeader {
                name: "two words".into(),
                ..header()
            },
            PackageHeader {
                version: String::new(),
                ..header()
            },
            PackageHeader {
                version: "1".repeat(33),
                ..header()
            },
            PackageHeader {
                vendor: "a\nsignature=".into(),
                ..header()
            },
        ];
        for header in bad {
            assert!(header.sign(&key(1)).is_err(), "{header:?}");
        }
    }
}
