//! SCRAM-SHA-1, the client's half (RFC 5802): both sides prove that they know the password, and neither tells it.

use crate::limits::SCRAM_ITERATIONS;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use data_model::Secret;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::{Digest as _, Sha1};

/// An exchange that has begun.
#[derive(Debug)]
pub struct Scram {
    bare: String,
    nonce: String,
    /// The signature the server has to show, once it can be known.
    expected: Option<[u8; 20]>,
}

impl Scram {
    /// Begins; gives the first message. The nonce is printable and has no comma.
    pub fn begin(username: &str, nonce: &str) -> (Scram, String) {
        // RFC 5802 5.1
        let username = username.replace('=', "=3D").replace(',', "=2C");
        let bare = format!("n={username},r={nonce}");
        let first = format!("n,,{bare}");
        let scram = Scram {
            bare,
            nonce: nonce.into(),
            expected: None,
        };
        (scram, first)
    }

    /// Answers the challenge; `None` if it is none, or not to what was sent.
    pub fn answer(&mut self, challenge: &str, password: &Secret) -> Option<String> {
        let mut fields = challenge.split(',');
        let nonce = fields.next()?.strip_prefix("r=")?;
        let salt = STANDARD.decode(fields.next()?.strip_prefix("s=")?).ok()?;
        let iterations: u32 = fields.next()?.strip_prefix("i=")?.parse().ok()?;
        let ours = nonce.starts_with(&self.nonce) && nonce.len() > self.nonce.len();
        if !ours || iterations == 0 || iterations > SCRAM_ITERATIONS || self.expected.is_some() {
            return None;
        }
        let salted = salted_password(password.reveal(), &salt, iterations);
        let client_key = hmac(&salted, b"Client Key");
        let stored_key: [u8; 20] = Sha1::digest(client_key).into();
        let without_proof = format!("c=biws,r={nonce}");
        let signed = format!("{},{challenge},{without_proof}", self.bare);
        let signature = hmac(&stored_key, signed.as_bytes());
        let proof: [u8; 20] = std::array::from_fn(|at| client_key[at] ^ signature[at]);
        let server_key = hmac(&salted, b"Server Key");
        self.expected = Some(hmac(&server_key, signed.as_bytes()));
        Some(format!("{without_proof},p={}", STANDARD.encode(proof)))
    }

    /// Whether the last message proves that the server knows the password too.
    pub fn is_server(&self, last: &str) -> bool {
        let signature = last
            .strip_prefix("v=")
            .map(|text| text.split(',').next().unwrap_or(text));
        let signature = signature.and_then(|text| STANDARD.decode(text).ok());
        matches!((signature, self.expected), (Some(given), Some(expected)) if given == expected)
    }
}

fn hmac(key: &[u8], text: &[u8]) -> [u8; 20] {
    let mut mac = <Hmac<Sha1>>::new_from_slice(key).expect("HMAC takes keys of every length");
    mac.update(text);
    mac.finalize().into_bytes().into()
}

/// `Hi` of RFC 5802 2.2: PBKDF2 with one block.
fn salted_password(password: &str, salt: &[u8], iterations: u32) -> [u8; 20] {
    let keyed = <Hmac<Sha1>>::new_from_slice(password.as_bytes());
    let keyed = keyed.expect("HMAC takes keys of every length");
    let mut mac = keyed.clone();
    mac.update(salt);
    mac.update(&[0, 0, 0, 1]);
    let mut last: [u8; 20] = mac.finalize().into_bytes().into();
    let mut sum = last;
    for _ in 1..iterations {
        let mut mac = keyed.clone();
        mac.update(&last);
        last = mac.finalize().into_bytes().into();
        for (sum, last) in sum.iter_mut().zip(last) {
            *sum ^= last;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The exchange of RFC 5802 5.
    #[test]
    fn the_example_of_the_standard_comes_out() {
        let (mut scram, first) = Scram::begin("user", "fyko+d2lbbFgONRv9qkxdawL");
        assert_eq!(first, "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL");
        let challenge = "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096";
        let answer = scram
            .answer(challenge, &"pencil".into())
            .expect("it is a challenge");
        let expected =
            "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=";
        assert_eq!(answer, expected);
        assert!(scram.is_server("v=rmF9pqV8S7suAoZWja4dJRkFsKQ="));
        assert!(!scram.is_server("v=rmF9pqV8S7suAoZWja4dJRkFsKR="));
        assert!(!scram.is_server("e=other-error"));
    }

    #[test]
    fn a_challenge_to_somebody_else_or_without_end_is_refused() {
        for challenge in [
            "",
            "r=other,s=QSXCR+Q6sek8bf92,i=4096",
            "r=abc,s=QSXCR+Q6sek8bf92,i=4096",
            "r=abcd,s=!,i=4096",
            "r=abcd,s=QSXCR+Q6sek8bf92,i=0",
            "r=abcd,s=QSXCR+Q6sek8bf92,i=4000000000",
            "r=abcd,s=QSXCR+Q6sek8bf92",
            "m=x,r=abcd,s=QSXCR+Q6sek8bf92,i=4096",
        ] {
            let (mut scram, _) = Scram::begin("user", "abc");
            assert_eq!(
                scram.answer(challenge, &"pencil".into()),
                None,
                "{challenge}"
            );
        }
    }
}
