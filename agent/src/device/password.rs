//! Passwords of the device's page as they are kept: PBKDF2 with HMAC-SHA-256 (RFC 8018 5.2), never the password itself.

use crate::limits::{PAGE_PASSWORD_CHARS, PASSWORD_ITERATIONS};
use data_model::firmware::unhex;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use subtle::ConstantTimeEq as _;

const PREFIX: &str = "$pbkdf2-sha256$";

/// What is kept of a password: scheme, iterations, salt and hash. `seed` has to differ from one password to the next.
pub fn hashed(password: &str, seed: &[&[u8]]) -> String {
    let mut salt = Sha256::new();
    for part in seed {
        salt.update((part.len() as u64).to_be_bytes());
        salt.update(part);
    }
    let salt: [u8; 32] = salt.finalize().into();
    let salt = &salt[..16];
    let hash = pbkdf2(password, salt, PASSWORD_ITERATIONS);
    let mut text = format!("{PREFIX}{PASSWORD_ITERATIONS}$");
    for byte in salt {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text.push('$');
    for byte in hash {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Whether this is what [`hashed`] makes.
pub fn is_hashed(kept: &str) -> bool {
    parts(kept).is_some()
}

/// Whether a password is the one that is kept, as a hash or as the installer has put it in.
pub fn matches(kept: &str, password: &str) -> bool {
    match parts(kept) {
        Some((iterations, salt, hash)) => {
            bool::from(pbkdf2(password, &salt, iterations).ct_eq(&hash))
        }
        // Of the same length by their hashes, so that the time tells nothing of it.
        None => bool::from(Sha256::digest(kept).ct_eq(&Sha256::digest(password))),
    }
}

fn parts(kept: &str) -> Option<(u32, [u8; 16], [u8; 32])> {
    let mut fields = kept.strip_prefix(PREFIX)?.split('$');
    let iterations = fields.next()?.parse().ok()?;
    let salt = unhex(fields.next()?)?;
    let hash = unhex(fields.next()?)?;
    let whole = fields.next().is_none() && (1..=PASSWORD_ITERATIONS).contains(&iterations);
    whole.then_some((iterations, salt, hash))
}

/// The rule for passwords of the page, as the maker has it: 8 to 127 characters, three of four classes, no blank.
///
/// # Errors
/// Says what the password lacks.
pub fn check(password: &str) -> Result<(), &'static str> {
    if !PAGE_PASSWORD_CHARS.contains(&password.chars().count()) {
        return Err("a password has 8 to 127 characters");
    }
    if password
        .chars()
        .any(|c| c.is_whitespace() || c.is_control())
    {
        return Err("a password has no blank in it");
    }
    let classes: [fn(char) -> bool; 4] = [
        |c| c.is_lowercase(),
        |c| c.is_uppercase(),
        |c| c.is_numeric(),
        |c| !c.is_alphanumeric(),
    ];
    let used = classes.iter().filter(|class| password.chars().any(**class));
    if used.count() < 3 {
        return Err(
            "a password has characters of three kinds: capitals, small letters, digits, others",
        );
    }
    Ok(())
}

/// RFC 8018 5.2 with one block, which is as long as the hash.
fn pbkdf2(password: &str, salt: &[u8], iterations: u32) -> [u8; 32] {
    let keyed = Hmac::<Sha256>::new_from_slice(password.as_bytes());
    let keyed = keyed.expect("HMAC takes a key of any length");
    let mut first = keyed.clone();
    first.update(salt);
    first.update(&1u32.to_be_bytes());
    let mut block: [u8; 32] = first.finalize().into_bytes().into();
    let mut sum = block;
    for _ in 1..iterations {
        let mut next = keyed.clone();
        next.update(&block);
        block = next.finalize().into_bytes().into();
        for (byte, other) in sum.iter_mut().zip(block) {
            *byte ^= other;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7914 section 11 has these for PBKDF2 with HMAC-SHA-256.
    #[test]
    fn the_hash_is_the_one_of_the_standard() {
        let hash = pbkdf2("passwd", b"salt", 1);
        let expected = "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc";
        assert_eq!(unhex::<32>(expected), Some(hash));
        let hash = pbkdf2("Password", b"NaCl", 80_000);
        let expected = "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56";
        assert_eq!(unhex::<32>(expected), Some(hash));
    }

    /// Covers D-13.
    #[test]
    fn what_is_kept_opens_with_its_password_alone() {
        let kept = hashed("Only-4-tests", &[b"a", b"b"]);
        assert!(kept.len() <= 127 && !kept.contains("Only"), "{kept}");
        assert!(is_hashed(&kept));
        assert!(matches(&kept, "Only-4-tests"));
        assert!(!matches(&kept, "only-4-tests"));
        assert!(!matches(&kept, &kept));
        assert_ne!(kept, hashed("Only-4-tests", &[b"ab", b""]));
        assert!(matches("plain", "plain") && !matches("plain", "plain2"));
    }

    #[test]
    fn the_rule_names_what_is_missing() {
        for (password, why) in [
            ("Ab1-567", Some("8 to 127")),
            ("abcdefg1", Some("three kinds")),
            ("Abc defg1", Some("no blank")),
            ("Abcdefg1", None),
            ("abcdef-1", None),
        ] {
            let said = check(password).err();
            assert_eq!(said.is_some(), why.is_some(), "{password}: {said:?}");
            assert!(said.unwrap_or_default().contains(why.unwrap_or_default()));
        }
        assert!(check(&"Ab1".repeat(43)).is_err());
    }
}
