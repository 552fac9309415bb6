//! The token in every form: proves that the form came from this page, for this account, not long ago.

use super::limits::TOKEN_HOURS;
use super::view::Account;
use data_model::Timestamp;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::fmt::Write as _;

const HOUR_MS: i64 = 60 * 60 * 1000;

/// The token of an account at this time. It ends with the password.
pub fn token(key: &[u8; 32], account: &Account, now: Timestamp) -> String {
    let made = mac(key, account, hour(now)).finalize().into_bytes();
    let mut text = String::with_capacity(64);
    for byte in made {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Whether this is the account's token, compared in constant time.
pub fn is_token(key: &[u8; 32], account: &Account, now: Timestamp, given: &str) -> bool {
    let Some(given) = data_model::firmware::unhex::<32>(given) else {
        return false;
    };
    (0..=TOKEN_HOURS).any(|age| {
        let mac = mac(key, account, hour(now) - age);
        mac.verify_slice(&given).is_ok()
    })
}

fn hour(now: Timestamp) -> i64 {
    now.as_millis().div_euclid(HOUR_MS)
}

fn mac(key: &[u8; 32], account: &Account, hour: i64) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(b"form");
    mac.update(&hour.to_be_bytes());
    // The lengths keep two accounts apart whose texts put together are the same.
    for text in [account.name.as_str(), account.password.reveal()] {
        mac.update(&(text.len() as u64).to_be_bytes());
        mac.update(text.as_bytes());
    }
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
    const KEY: [u8; 32] = [7; 32];

    fn account(name: &str, password: &str) -> Account {
        Account {
            name: name.into(),
            password: password.into(),
            standing: crate::page::view::Standing::Own,
        }
    }

    /// Covers D-13.
    #[test]
    fn a_token_is_good_for_its_account_its_password_and_a_while() {
        let admin = account("admin", "a good password");
        let made = token(&KEY, &admin, NOW);
        assert!(is_token(&KEY, &admin, NOW, &made));
        assert!(is_token(&KEY, &admin, NOW.plus_secs(2 * 3600), &made));
        assert!(!is_token(&KEY, &admin, NOW.plus_secs(4 * 3600), &made));
        assert!(!is_token(&[8; 32], &admin, NOW, &made));
        for other in [
            account("cisco", "a good password"),
            account("admin", "another one"),
            account("admina", " good password"),
        ] {
            assert!(!is_token(&KEY, &other, NOW, &made));
        }
        for wrong in ["", "00", &made[1..], &"0".repeat(64), &"\u{e4}".repeat(32)] {
            assert!(!is_token(&KEY, &admin, NOW, wrong), "{wrong}");
        }
    }
}
