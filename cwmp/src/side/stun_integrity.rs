//! MESSAGE-INTEGRITY of STUN in the two forms that are in use (RFC 3489 11.2.8, RFC 5389 15.4).

use data_model::Secret;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use subtle::ConstantTimeEq as _;

/// Octets of the attribute's value.
pub(super) const INTEGRITY_BYTES: usize = 20;

/// What the signature is computed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Integrity {
    /// As RFC 3489 says: everything in front of the attribute, filled up with zeros to a multiple of 64 octets. This is
    /// what TR-069 Annex G refers to.
    Padded,
    /// As RFC 5389 says: everything in front of the attribute as it is. Many servers know only this form.
    Plain,
}

impl Integrity {
    /// The other form.
    #[must_use]
    pub const fn other(self) -> Integrity {
        match self {
            Integrity::Padded => Integrity::Plain,
            Integrity::Plain => Integrity::Padded,
        }
    }

    /// The signature over what stands in front of the attribute. The length in the header must count the attribute
    /// and nothing behind it.
    pub(super) fn sign(self, password: &Secret, text: &[u8]) -> [u8; INTEGRITY_BYTES] {
        let mut mac = <Hmac<Sha1>>::new_from_slice(password.reveal().as_bytes())
            .expect("HMAC takes keys of every length");
        mac.update(text);
        if self == Integrity::Padded {
            let missing = text.len().next_multiple_of(64) - text.len();
            mac.update(&[0; 64][..missing]);
        }
        mac.finalize().into_bytes().into()
    }

    /// Whether a signature is right in either form.
    pub(super) fn verify(password: &Secret, text: &[u8], signature: &[u8]) -> bool {
        [Integrity::Padded, Integrity::Plain]
            .into_iter()
            .any(|form| form.sign(password, text).ct_eq(signature).into())
    }
}
