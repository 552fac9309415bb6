//! Ed25519 keys (RFC 8032), which images and packages are signed with.
//!
//! The library is the one TLS stands on as well: a device has no room for two.

use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use std::fmt;

/// Bytes of a key, public or private.
pub const KEY_BYTES: usize = 32;
/// Bytes of a signature.
pub const SIGNATURE_BYTES: usize = 64;

/// A private key.
#[derive(Clone)]
pub struct SigningKey([u8; KEY_BYTES]);

/// A public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifyingKey([u8; KEY_BYTES]);

impl SigningKey {
    /// The key that is made of these bytes; any will do, if nobody can guess them.
    pub fn from_bytes(bytes: &[u8; KEY_BYTES]) -> SigningKey {
        SigningKey(*bytes)
    }

    /// What it is made of.
    pub fn as_bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// The public key that belongs to it.
    pub fn verifying_key(&self) -> VerifyingKey {
        let mut public = [0; KEY_BYTES];
        public.copy_from_slice(self.pair().public_key().as_ref());
        VerifyingKey(public)
    }

    /// Signs a message.
    pub fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_BYTES] {
        let mut signature = [0; SIGNATURE_BYTES];
        signature.copy_from_slice(self.pair().sign(message).as_ref());
        signature
    }

    fn pair(&self) -> Ed25519KeyPair {
        Ed25519KeyPair::from_seed_unchecked(&self.0).expect("a seed has exactly this many bytes")
    }
}

impl fmt::Debug for SigningKey {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(***)")
    }
}

impl VerifyingKey {
    /// The key with these bytes. Bytes that are no point of the curve are a key that has signed nothing.
    pub fn from_bytes(bytes: &[u8; KEY_BYTES]) -> VerifyingKey {
        VerifyingKey(*bytes)
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// Whether the private key that belongs to it has signed a message.
    pub fn has_signed(&self, message: &[u8], signature: &[u8; SIGNATURE_BYTES]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.0)
            .verify(message, signature)
            .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::firmware::{hex, unhex};

    /// RFC 8032 7.1, test 2.
    #[test]
    fn keys_and_signatures_are_those_of_the_standard() {
        let seed = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
        let key = SigningKey::from_bytes(&unhex(seed).unwrap());
        let public = key.verifying_key();
        assert_eq!(
            hex(public.as_bytes()),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
        );
        let mut signature = key.sign(&[0x72]);
        assert_eq!(
            hex(&signature),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        );
        assert!(public.has_signed(&[0x72], &signature));
        assert!(!public.has_signed(&[0x73], &signature));
        signature[5] ^= 1;
        assert!(!public.has_signed(&[0x72], &signature));
    }

    #[test]
    fn a_private_key_is_not_printed() {
        let printed = format!("{:?}", SigningKey::from_bytes(&[0xab; 32]));
        assert!(
            !printed.contains("171") && !printed.contains("ab"),
            "{printed}"
        );
    }
}
